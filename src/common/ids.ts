import { randomUUID } from 'node:crypto';
import { machineTime } from './clock.js';

/** Identifies nothing; names the system's own audit log. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** Generates a UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits. */
export function newId(): string {
  const time = machineTime();
  // Takes the random bits and the variant of a version 4 UUID, which has them in the same place.
  return `${beginningFor(time)}${randomUUID().slice(15)}`;
}

let known = { time: NaN, beginning: '' };

/** Returns the beginning that all ids of a millisecond share. */
function beginningFor(time: number): string {
  if (time !== known.time) {
    const digits = time.toString(16).padStart(12, '0');
    known = { time, beginning: `${digits.slice(0, 8)}-${digits.slice(8)}-7` };
  }
  return known.beginning;
}
