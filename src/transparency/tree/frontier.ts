import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './hash.js';
import { subtreesOf, type NodeAddress } from './node-address.js';
import { isTreeSize } from './tree-size.js';

/** Describes an inner node that became complete. */
export interface CompletedNode extends NodeAddress {
  readonly hash: Buffer;
}

/**
 * Holds what is needed of a tree to append to it and to know its root: the hashes of its largest perfect subtrees from
 * left to right, one for each bit that is set in its size. It is a few hundred bytes, whatever the size.
 */
export class Frontier {
  private constructor(
    private count: number,
    private readonly subtrees: Buffer[],
  ) {}

  static empty(): Frontier {
    return new Frontier(0, []);
  }

  /**
   * Returns the frontier of a tree of that size.
   * @throws RangeError for a size that no tree has, and for hashes of another number or length than the size demands
   */
  static of(size: number, hashes: readonly Uint8Array[]): Frontier {
    if (!isTreeSize(size)) throw new RangeError('The size of a tree is a whole number from 0 to 2^53 - 1');
    if (hashes.length !== subtreesOf({ begin: 0, end: size }).length)
      throw new RangeError(`The frontier of a tree of ${size} leaves has another number of hashes`);
    if (hashes.some(({ length }) => length !== HASH_BYTES))
      throw new RangeError(`A hash has ${HASH_BYTES} bytes`);
    return new Frontier(
      size,
      hashes.map((hash) => Buffer.from(hash)),
    );
  }

  get size(): number {
    return this.count;
  }

  /** Returns the hashes of the perfect subtrees, from the largest to the smallest. */
  get hashes(): readonly Buffer[] {
    return [...this.subtrees];
  }

  /** Appends a leaf by its hash, and returns the inner nodes that it completes, the lowest first. */
  append(leaf: Uint8Array): CompletedNode[] {
    const completed: CompletedNode[] = [];
    let [level, index, hash]: [number, number, Buffer] = [0, this.count, Buffer.from(leaf)];
    while (index % 2 === 1) {
      const left = this.subtrees.pop();
      if (left === undefined) throw new RangeError('The frontier lacks a subtree');
      [level, index, hash] = [level + 1, (index - 1) / 2, nodeHash(left, hash)];
      completed.push({ level, index, hash });
    }
    this.subtrees.push(hash);
    this.count += 1;
    return completed;
  }

  root(): Buffer {
    return this.subtrees.length === 0
      ? EMPTY_ROOT
      : this.subtrees.reduceRight((right, left) => nodeHash(left, right));
  }

  /** Returns a frontier of its own, which can be appended to while this one stays as it is. */
  copy(): Frontier {
    return new Frontier(this.count, [...this.subtrees]);
  }
}
