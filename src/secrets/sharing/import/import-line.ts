import { Busy } from '../../../common/errors.js';
import { FairGate } from '../../../common/turns/fair-gate.js';
import { Deadline } from '../../../common/deadline.js';

/** Limits how long an import waits for its place once its body has arrived. */
export const LONGEST_WAIT_MS = 60_000;

/** Limits how long an import then takes. deploy/nginx.conf waits longer than both limits together. */
export const LONGEST_IMPORT_MS = 240_000;

/** Returns the line of the imports of a process: two run at once, at most one of each tenant. */
export function importLine(): FairGate {
  const limits = { places: 2, placesOfGroup: 1, waiting: 100, waitingOfGroup: 10 };
  return new FairGate(
    { ...limits, waitMilliseconds: LONGEST_WAIT_MS },
    () => new Busy('Other imports are under way; nothing was imported, import again when they are done'),
  );
}

/** Returns the deadline of an import that begins now. */
export function importDeadline(): Deadline {
  const minutes = LONGEST_IMPORT_MS / 60_000;
  return new Deadline(
    LONGEST_IMPORT_MS,
    () =>
      new Busy(`The import took longer than ${minutes} minutes; nothing was imported, import it in parts`),
  );
}
