/** Starts the service (`npm start`), after a build if a source has changed. */
import { buildOrExit } from './builder/build-or-exit.js';

// The first word comes before anything that takes time. A reader that has gone away must not end the service.
process.stdout.on('error', () => undefined);
await buildOrExit(() => process.stdout.write('Strongroom is building its program; this is done once\n'));
await import('../dist/src/main.js');
