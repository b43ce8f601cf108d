import { hash } from 'node:crypto';

/** Gives the length of every hash of a tree, in bytes. */
export const HASH_BYTES = 32;

/** Is the root of a tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT = sha256(Buffer.alloc(0));

// RFC 6962, section 2.1: the first byte keeps a leaf from being taken for an inner node.
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** Returns the hash of a leaf, which is the exact bytes of an entry. */
export function leafHash(entry: Uint8Array): Buffer {
  return sha256(Buffer.concat([LEAF, entry]));
}

/** Returns the hash of an inner node by those of its children. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.concat([NODE, left, right]));
}

function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}
