import { HASH_BYTES, nodeHash } from './hash.js';
import type { LeafRange } from './node-address.js';
import type { NodeStore } from './node-store.js';
import { rangeHashes } from './range-hashes.js';
import { isTreeSize, splitOf } from './tree-size.js';

/**
 * Returns the audit path of a leaf in the tree of that size (RFC 6962, section 2.1.1), from the leaf's sibling to the
 * child of the root.
 * @throws RangeError where the tree has no such leaf
 */
export async function proveInclusion(store: NodeStore, index: number, size: number): Promise<Buffer[]> {
  if (!isTreeSize(size) || !isTreeSize(index) || index >= size)
    throw new RangeError(`A tree of ${size} leaves has no leaf ${index}`);
  return rangeHashes(store, siblingsOf(index, size));
}

/** Tells whether a proof leads from a leaf to the root of the tree of that size (RFC 9162, section 2.1.3.2). */
export function isIncluded(
  leaf: Uint8Array,
  index: number,
  tree: { readonly size: number; readonly root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (!isTreeSize(tree.size) || !isTreeSize(index) || index >= tree.size) return false;
  if ([leaf, ...proof].some(({ length }) => length !== HASH_BYTES)) return false;
  let [first, last, hash]: [number, number, Buffer] = [index, tree.size - 1, Buffer.from(leaf)];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (first % 2 === 1 || first === last) {
      hash = nodeHash(sibling, hash);
      while (first % 2 === 0 && first !== 0) [first, last] = parents(first, last);
    } else hash = nodeHash(hash, sibling);
    [first, last] = parents(first, last);
  }
  return last === 0 && hash.equals(tree.root);
}

function siblingsOf(index: number, size: number): LeafRange[] {
  const siblings: LeafRange[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin);
    if (index < middle) {
      siblings.unshift({ begin: middle, end });
      end = middle;
    } else {
      siblings.unshift({ begin, end: middle });
      begin = middle;
    }
  }
  return siblings;
}

function parents(first: number, last: number): [number, number] {
  return [Math.floor(first / 2), Math.floor(last / 2)];
}
