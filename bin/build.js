#!/usr/bin/env node
/** Builds `dist` if a source has changed (`npm run build`). */
import { buildOrExit } from './builder/build-or-exit.js';

const started = performance.now();
const built = await buildOrExit();
const seconds = ((performance.now() - started) / 1000).toFixed(1);
process.stdout.write(built ? `Built in ${seconds} s\n` : 'The build is up to date\n');
