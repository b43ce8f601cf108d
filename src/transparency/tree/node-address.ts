/**
 * Names a perfect subtree: at level 0 a leaf by its index; at level n the subtree of the 2^n leaves from
 * `index` × 2^n on. Its hash never changes once those leaves exist, so it can be stored.
 */
export interface NodeAddress {
  readonly level: number;
  readonly index: number;
}

/** Describes the leaves from `begin` to before `end`, as RFC 6962 writes D[begin:end]. */
export interface LeafRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * Returns the perfect subtrees that make up a range which RFC 6962 splits a tree into, from left to right. Such a
 * range begins at a multiple of the size of its largest subtree.
 */
export function subtreesOf({ begin, end }: LeafRange): NodeAddress[] {
  const subtrees: NodeAddress[] = [];
  let first = begin;
  while (first < end) {
    let [level, size] = [0, 1];
    while (size * 2 <= end - first) [level, size] = [level + 1, size * 2];
    subtrees.push({ level, index: first / size });
    first += size;
  }
  return subtrees;
}
