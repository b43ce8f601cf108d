import { randomUUID } from 'node:crypto';

/** The id of no one and nothing; names the system's own audit log. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** A new UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits. */
export function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  // The random bits, and the variant, of a version 4, whose version stands at the same place.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
