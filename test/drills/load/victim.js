/**
 * Is tenant B, in a process of its own: does what messages say, `start`, `measure`, and `finish`, which is answered with
 * what was measured.
 */
import { Calls } from './calls.js';

let calls;

process.on('message', ({ kind, job }) => {
  if (kind === 'start') calls = new Calls(job);
  if (kind === 'measure') calls.measure();
  if (kind === 'finish') process.send(calls.finish());
});
