import { HASH_BYTES, nodeHash } from './hash.js';
import { subtreesOf, type LeafRange } from './node-address.js';
import type { NodeStore } from './node-store.js';

/**
 * Returns the Merkle tree hashes of ranges, with one call of the store for all of them.
 * @throws RangeError where the store returned another number of hashes, or anything that is no hash
 */
export async function rangeHashes(store: NodeStore, ranges: readonly LeafRange[]): Promise<Buffer[]> {
  const subtrees = ranges.map(subtreesOf);
  const addresses = subtrees.flat();
  if (addresses.length === 0) return [];
  const hashes = await store.hashes(addresses);
  if (hashes.length !== addresses.length || hashes.some(({ length }) => length !== HASH_BYTES))
    throw new RangeError('The store of nodes did not return one hash for each address');
  let taken = 0;
  return subtrees.map(({ length }) => {
    const own: Buffer[] = hashes.slice(taken, (taken += length)).map((hash) => Buffer.from(hash));
    return own.reduceRight((right, left) => nodeHash(left, right));
  });
}
