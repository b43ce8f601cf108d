import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './hash.js';
import type { LeafRange } from './node-address.js';
import type { NodeStore } from './node-store.js';
import { rangeHashes } from './range-hashes.js';
import { isTreeSize, splitOf } from './tree-size.js';

interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * Returns the proof that a tree begins with the leaves of a smaller one (RFC 6962, section 2.1.2). It is empty where
 * the smaller tree has no leaves, or as many as the other.
 * @throws RangeError where the older tree is the larger one
 */
export async function proveConsistency(store: NodeStore, older: number, newer: number): Promise<Buffer[]> {
  if (!isTreeSize(older) || !isTreeSize(newer) || older > newer)
    throw new RangeError(`A tree of ${older} leaves is no beginning of one of ${newer}`);
  return older === 0 ? [] : rangeHashes(store, partsOf(older, newer));
}

/** Tells whether a proof shows that the newer tree begins with the leaves of the older one (RFC 9162, section 2.1.4.2). */
export function isConsistent(older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (!isTreeSize(older.size) || !isTreeSize(newer.size) || older.size > newer.size) return false;
  if ([older.root, newer.root, ...proof].some(({ length }) => length !== HASH_BYTES)) return false;
  if (older.size === 0) return proof.length === 0 && EMPTY_ROOT.equals(older.root);
  if (older.size === newer.size) return proof.length === 0 && Buffer.from(older.root).equals(newer.root);
  const roots = rootsOf(older, newer, proof);
  return roots !== undefined && roots[0].equals(older.root) && roots[1].equals(newer.root);
}

/** Returns the two roots that a proof leads to; undefined if it has another number of hashes. */
function rootsOf(
  older: TreeHead,
  newer: TreeHead,
  proof: readonly Uint8Array[],
): [Buffer, Buffer] | undefined {
  let [first, last] = [older.size - 1, newer.size - 1];
  while (first % 2 === 1) [first, last] = parents(first, last);
  // A complete older tree is a subtree of the newer one, so the proof need not repeat its root.
  const [start, ...rest] = first === 0 ? [older.root, ...proof] : proof;
  if (start === undefined) return undefined;
  let [olderRoot, newerRoot]: [Buffer, Buffer] = [Buffer.from(start), Buffer.from(start)];
  for (const hash of rest) {
    if (last === 0) return undefined;
    if (first % 2 === 1 || first === last) {
      [olderRoot, newerRoot] = [nodeHash(hash, olderRoot), nodeHash(hash, newerRoot)];
      while (first % 2 === 0 && first !== 0) [first, last] = parents(first, last);
    } else newerRoot = nodeHash(newerRoot, hash);
    [first, last] = parents(first, last);
  }
  return last === 0 ? [olderRoot, newerRoot] : undefined;
}

/** Returns the ranges whose hashes make up the proof, in its order. */
function partsOf(older: number, newer: number): LeafRange[] {
  const parts: LeafRange[] = [];
  let [begin, end] = [0, newer];
  while (older < end) {
    const middle = begin + splitOf(end - begin);
    if (older <= middle) {
      parts.unshift({ begin: middle, end });
      end = middle;
    } else {
      parts.unshift({ begin, end: middle });
      begin = middle;
    }
  }
  // Until the left edge was left, the verifier knows this subtree: it is the older tree itself.
  return begin === 0 ? parts : [{ begin, end }, ...parts];
}

function parents(first: number, last: number): [number, number] {
  return [Math.floor(first / 2), Math.floor(last / 2)];
}
