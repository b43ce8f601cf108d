import { base64, readBase64 } from '../base64.js';
import { HASH_BYTES } from '../tree/hash.js';

/** Limits a proof: a tree has at most 2^53 leaves, and a consistency proof one hash more than its height. */
const MOST_HASHES = 64;

/** Returns hashes as lines of Base64. */
export function hashLines(hashes: readonly Uint8Array[]): string {
  return hashes.map((hash) => `${base64(hash)}\n`).join('');
}

/** Splits a proof into the lines before the first empty line, and the checkpoint after it; undefined without either. */
export function splitProof(text: string): { lines: string[]; checkpoint: string } | undefined {
  const split = text.indexOf('\n\n');
  if (split < 0) return undefined;
  return { lines: text.slice(0, split).split('\n'), checkpoint: text.slice(split + 2) };
}

/** Returns the hashes of lines of Base64; undefined where one is none, or there are more than a proof can have. */
export function readHashes(lines: readonly string[]): Buffer[] | undefined {
  if (lines.length > MOST_HASHES) return undefined;
  const hashes = lines.map(readBase64).filter((hash) => hash?.length === HASH_BYTES);
  return hashes.length === lines.length ? (hashes as Buffer[]) : undefined;
}
