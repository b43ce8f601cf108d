import type { NodeAddress } from './node-address.js';

/**
 * Gives the hashes of perfect subtrees of a log, as `Appender` returned them when they became complete. A store that
 * keeps tiles or only leaves computes the others.
 */
export interface NodeStore {
  /** Returns the hashes in the order of the addresses. Each address is of a subtree whose leaves all exist. */
  hashes(addresses: readonly NodeAddress[]): Promise<readonly Uint8Array[]>;
}
