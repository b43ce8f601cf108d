import type { Finding } from '../../bootstrap/doctor/finding.js';

const MARKS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' };

/** Returns the line of a finding, which begins with how serious it is. */
export function lineOf({ subject, state, text }: Finding): string {
  return `${MARKS[state]}  ${subject}: ${text}\n`;
}
