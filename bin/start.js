/** Starts the service (`npm start`), after a build if a source has changed. */
import { buildOrExit } from './builder/build-or-exit.js';

// A reader that has gone away must not end the service.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** Tells whether both outputs hold lines of JSON only, as those of the service do. */
const isProduction = process.env.NODE_ENV === 'production';
const log = (level, msg) =>
  process.stderr.write(`${JSON.stringify({ level, time: new Date().toISOString(), msg })}\n`);
const say = (line) => (isProduction ? log('info', line) : process.stdout.write(`${line}\n`));
const refuse = (line) => (isProduction ? log('fatal', line) : process.stderr.write(`${line}\n`));

// The first word comes before anything that takes time; in production it is that of the service.
if (!isProduction) say('Strongroom is starting');
await buildOrExit({
  onBuild: () => say('building the program, since its sources have changed'),
  onFailure: (reason) => refuse(`Strongroom cannot start: ${reason}`),
});
await import('../dist/src/main.js');
