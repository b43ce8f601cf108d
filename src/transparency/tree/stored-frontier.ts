import { Frontier } from './frontier.js';
import { subtreesOf } from './node-address.js';
import type { NodeStore } from './node-store.js';

/**
 * Returns the frontier of a smaller size of a log whose nodes are stored, with one call of the store. So an export can
 * begin at any checkpoint.
 * @throws RangeError where the store does not return one hash for each address
 */
export async function storedFrontier(store: NodeStore, size: number): Promise<Frontier> {
  const addresses = subtreesOf({ begin: 0, end: size });
  return Frontier.of(size, addresses.length === 0 ? [] : await store.hashes(addresses));
}
