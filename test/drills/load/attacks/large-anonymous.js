import { headText } from '../requests.js';
import { oneSource } from '../sources.js';

const PART = Buffer.alloc(1024 * 1024, ' ');
const PARTS = 90;

/** Uploads the largest bodies without credentials. */
export function largeAnonymous(attack) {
  const headers = { tenant: attack.tenant, ...oneSource() };
  const body = Array.from({ length: PARTS }, () => PART);
  attack.repeat((connection) => {
    const path = `/api/v3.1/secrets/anonymous.${connection}`;
    return [headText('PUT', path, headers, PART.length * PARTS), ...body];
  });
}
