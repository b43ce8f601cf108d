import { hash } from 'node:crypto';

/** Numbers the type of signature as C2SP signed-note does: Ed25519 over the text. */
export const ED25519 = 1;

const KEY_ID_BYTES = 4;

/** Matches what a key name must not contain: a plus sign, white space, controls. */
const FORBIDDEN = /[+\p{White_Space}\p{Cc}]/u;

/** Tells whether a name can stand in a signature and in a verifier key. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !FORBIDDEN.test(name);
}

/** Returns the four bytes that, with the name, say which key signed. They depend on the name. */
export function keyIdOf(name: string, publicKey: Uint8Array): Buffer {
  const encoded = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), publicKey]);
  return hash('sha256', encoded, 'buffer').subarray(0, KEY_ID_BYTES);
}
