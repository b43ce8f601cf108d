import { isSignedBy, parseCheckpoint } from '../../transparency/note/checkpoint.js';
import { VerifierKey } from '../../transparency/note/verifier-key.js';
import { Frontier } from '../../transparency/tree/frontier.js';
import { HASH_BYTES } from '../../transparency/tree/hash.js';
import type { KnownHeads } from './known-heads.js';
import type { UnsealedLog } from './sealing.repository.js';

/** Says why a log cannot be sealed: the database is behind what was signed, or is not what was signed. */
export type SealingProblem = 'behind' | 'altered';

/** Holds what the tree of a log is verified against. */
export interface SignedBefore {
  readonly heads: KnownHeads;
  readonly publicKeys: ReadonlyMap<number, Buffer>;
}

/**
 * Returns the tree to which the new leaves of a log are appended. It must be the one that was signed last: whoever can
 * write to the database could otherwise have another history signed.
 */
export function sealedBefore(
  log: UnsealedLog,
  origin: string,
  { heads, publicKeys }: SignedBefore,
): Frontier | SealingProblem {
  if (heads.isBehind(log)) return 'behind';
  const frontier = readFrontier(log);
  if (frontier === undefined) return 'altered';
  if (log.size === 0) return frontier;
  const root = frontier.root();
  if (!heads.has(log, root) && !isSigned(log, { origin, root }, publicKeys)) return 'altered';
  heads.add(log, root);
  return frontier;
}

function readFrontier({ size, frontier }: UnsealedLog): Frontier | undefined {
  const hashes = Array.from({ length: Math.floor(frontier.length / HASH_BYTES) }, (_, index) =>
    frontier.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
  try {
    return Frontier.of(size, hashes);
  } catch {
    return undefined;
  }
}

/** Tells whether the checkpoint of a log is signed, and is of a tree of that origin, size and root. */
export function isSigned(
  { size, note, keyId }: Pick<UnsealedLog, 'size' | 'note' | 'keyId'>,
  { origin, root }: { readonly origin: string; readonly root: Buffer },
  publicKeys: ReadonlyMap<number, Buffer>,
): boolean {
  const checkpoint = parseCheckpoint(note ?? '');
  const publicKey = publicKeys.get(keyId ?? 0);
  const key = publicKey === undefined ? undefined : VerifierKey.of(origin, publicKey);
  if (checkpoint === undefined || key === undefined) return false;
  return checkpoint.size === size && checkpoint.root.equals(root) && isSignedBy(checkpoint, key);
}
