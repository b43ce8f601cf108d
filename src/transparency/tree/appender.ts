import type { CompletedNode, Frontier } from './frontier.js';
import { leafHash } from './hash.js';

/** Describes a leaf that was appended: its place, its hash, and the inner nodes that it completed. */
export interface AppendedLeaf {
  readonly index: number;
  readonly hash: Buffer;
  readonly completed: readonly CompletedNode[];
}

/**
 * Appends entries to the tree of a log. Whoever keeps the log stores each leaf, the completed nodes and, with the last
 * of them, the frontier, in one transaction. The given frontier stays as it is, so a transaction that is rolled back
 * can be tried again with it.
 */
export class Appender {
  private readonly tree: Frontier;

  constructor(frontier: Frontier) {
    this.tree = frontier.copy();
  }

  /** Returns the frontier after what was appended so far. */
  get frontier(): Frontier {
    return this.tree.copy();
  }

  /**
   * Appends the exact bytes of an entry.
   * @throws RangeError for an entry that holds a line feed: in an export, a line is an entry
   */
  append(entry: Uint8Array): AppendedLeaf {
    if (entry.includes(0x0a)) throw new RangeError('An entry must not contain a line feed');
    return this.appendHash(leafHash(entry));
  }

  /** Appends an entry of which the hash of the leaf is known. */
  appendHash(hash: Buffer): AppendedLeaf {
    return { index: this.tree.size, hash, completed: this.tree.append(hash) };
  }
}
