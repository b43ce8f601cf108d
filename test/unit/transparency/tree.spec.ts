import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Appender } from '../../../src/transparency/tree/appender.js';
import { isConsistent, proveConsistency } from '../../../src/transparency/tree/consistency-proof.js';
import { Frontier } from '../../../src/transparency/tree/frontier.js';
import { EMPTY_ROOT, leafHash } from '../../../src/transparency/tree/hash.js';
import { isIncluded, proveInclusion } from '../../../src/transparency/tree/inclusion-proof.js';
import { storedFrontier } from '../../../src/transparency/tree/stored-frontier.js';
import { MemoryNodes } from '../../support/sample-log.js';
import { naiveConsistency, naivePath, naiveRoot } from './naive-tree.js';
import { proofVectors, treeVectors } from './vectors.js';

const MOST = 36;
const entries = Array.from({ length: MOST }, (_, index) => Buffer.from(`entry ${index}`));
const nodes = new MemoryNodes();
const appender = new Appender(Frontier.empty());
for (const entry of entries) nodes.add(appender.append(entry));
const roots = Array.from({ length: MOST + 1 }, (_, size) => naiveRoot(entries.slice(0, size)));
const sizes = roots.map((_, size) => size);

const flipped = (hash: Buffer) => Buffer.from(hash.map((byte, index) => (index === 5 ? byte ^ 16 : byte)));

/** Returns the proof with each of its hashes changed in turn. */
const changes = (proof: readonly Buffer[]) => proof.map((hash, index) => proof.with(index, flipped(hash)));

describe('a tree', () => {
  it('has the published roots and frontiers', () => {
    const frontier = Frontier.empty();
    const leaves = treeVectors.leaves.map((leaf) => Buffer.from(leaf, 'hex'));
    for (const [size, root] of treeVectors.roots.entries()) {
      expect(frontier.root().toString('hex')).toBe(root);
      expect(frontier.hashes.map((hash) => hash.toString('hex'))).toEqual(treeVectors.frontiers[size]);
      if (leaves[size] !== undefined) frontier.append(leafHash(leaves[size]));
    }
    expect(EMPTY_ROOT.toString('hex')).toBe(treeVectors.roots[0]);
  });

  it.each(sizes)(
    'of %i leaves has the root of the definition, and goes on from its frontier',
    async (size) => {
      const whole = Frontier.empty();
      for (const entry of entries.slice(0, size)) whole.append(leafHash(entry));
      expect(whole.root()).toEqual(roots[size]);
      expect((await storedFrontier(nodes, size)).hashes).toEqual(whole.hashes);
      const continued = Frontier.of(size, whole.hashes);
      for (const entry of entries.slice(size)) continued.append(leafHash(entry));
      expect(continued.root()).toEqual(roots[MOST]);
      expect(whole.root()).toEqual(roots[size]);
    },
  );

  it('keeps one hash for each bit of its size, and refuses any other frontier', () => {
    const hash = leafHash(Buffer.from('a'));
    const large = 2 ** 52 + 2 ** 33 + 1;
    expect(Frontier.of(large, [hash, hash, hash]).size).toBe(large);
    expect(() => Frontier.of(large, [hash, hash])).toThrow(RangeError);
    expect(() => Frontier.of(3, [hash, hash.subarray(1)])).toThrow(RangeError);
    for (const size of [-1, 1.5, 2 ** 53]) expect(() => Frontier.of(size, [hash])).toThrow(RangeError);
  });

  it('refuses an entry with a line feed, and leaves the given frontier as it was', () => {
    const start = Frontier.empty();
    const appending = new Appender(start);
    expect(appending.append(Buffer.from('one')).index).toBe(0);
    expect(() => appending.append(Buffer.from('t\nwo'))).toThrow(RangeError);
    expect([start.size, appending.frontier.size]).toEqual([0, 1]);
  });
});

describe('a proof of inclusion', () => {
  it.each(sizes.slice(1))(
    'in a tree of %i leaves is that of the definition, and nothing else',
    async (size) => {
      const tree = { size, root: roots[size]! };
      for (let index = 0; index < size; index += 1) {
        const proof = await proveInclusion(nodes, index, size);
        expect(proof).toEqual(naivePath(index, entries.slice(0, size)));
        const leaf = leafHash(entries[index]!);
        expect(isIncluded(leaf, index, tree, proof)).toBe(true);
        const wrong = [
          isIncluded(flipped(leaf), index, tree, proof),
          isIncluded(leaf, index, { ...tree, root: flipped(tree.root) }, proof),
          isIncluded(leaf, index, tree, [...proof, leaf]),
          isIncluded(leaf, index + size, tree, proof),
          size > 1 && isIncluded(leaf, (index + 1) % size, tree, proof),
          size > 1 && isIncluded(leaf, index, tree, proof.slice(1)),
          ...changes(proof).map((changed) => isIncluded(leaf, index, tree, changed)),
        ];
        expect(wrong).not.toContain(true);
      }
    },
  );

  it('is refused for a leaf that the tree does not have', async () => {
    await expect(proveInclusion(nodes, 5, 5)).rejects.toThrow(RangeError);
    await expect(proveInclusion(nodes, -1, 5)).rejects.toThrow(RangeError);
  });

  it('does not trust a store that returns too few hashes', async () => {
    const store = { hashes: () => Promise.resolve([]) };
    await expect(proveInclusion(store, 0, 5)).rejects.toThrow(RangeError);
  });

  it.each(proofVectors.inclusion)(
    'of others: $desc',
    ({ leafIdx, treeSize, root, leafHash: leaf, proof, wantErr }) => {
      const bytes = (text: string) => Buffer.from(text, 'base64');
      const tree = { size: treeSize, root: bytes(root) };
      expect(isIncluded(bytes(leaf), leafIdx, tree, (proof ?? []).map(bytes))).toBe(!wantErr);
    },
  );
});

describe('a proof of consistency', () => {
  it.each(sizes)('with a tree of %i leaves is that of the definition, and nothing else', async (size) => {
    const newer = { size, root: roots[size]! };
    for (let old = 0; old <= size; old += 1) {
      const proof = await proveConsistency(nodes, old, size);
      expect(proof).toEqual(naiveConsistency(old, entries.slice(0, size)));
      const older = { size: old, root: roots[old]! };
      expect(isConsistent(older, newer, proof)).toBe(true);
      const wrong = [
        isConsistent({ ...older, root: flipped(older.root) }, newer, proof),
        isConsistent(older, newer, [...proof, older.root]),
        proof.length > 0 && isConsistent(older, newer, proof.slice(0, -1)),
        old > 0 && isConsistent(older, { ...newer, root: flipped(newer.root) }, proof),
        ...changes(proof).map((changed) => isConsistent(older, newer, changed)),
      ];
      expect(wrong).not.toContain(true);
    }
  });

  it('is refused between a larger tree and a smaller one', async () => {
    await expect(proveConsistency(nodes, 6, 5)).rejects.toThrow(RangeError);
    expect(isConsistent({ size: 6, root: roots[6]! }, { size: 5, root: roots[5]! }, [])).toBe(false);
  });

  // One of them passes with roots that are no hashes, which the files of an audit trail cannot have.
  const published = proofVectors.consistency.filter(
    ({ desc }) => !desc.endsWith('sizes-are-equal-one-and-proof-is-empty'),
  );

  it.each(published)('of others: $desc', ({ size1, size2, root1, root2, proof, wantErr }) => {
    const bytes = (text: string) => Buffer.from(text, 'base64');
    const [older, newer] = [
      { size: size1, root: bytes(root1) },
      { size: size2, root: bytes(root2) },
    ];
    expect(isConsistent(older, newer, (proof ?? []).map(bytes))).toBe(!wantErr);
  });
});

it('proofs of large trees are as long as the tree is high, and lead to its root', async () => {
  // All leaves are the same, so a perfect subtree depends on its level only.
  const level: Buffer[] = [leafHash(Buffer.from('same'))];
  const frontierOf = (size: number) =>
    Frontier.of(
      size,
      [...size.toString(2)].flatMap((bit, index, bits) =>
        bit === '1' ? [level[bits.length - 1 - index]!] : [],
      ),
    );
  for (let n = 1; n < 54; n += 1) {
    const pair = Frontier.of(1, [level[n - 1]!]);
    pair.append(level[n - 1]!);
    level.push(pair.root());
  }
  const store = {
    hashes: (addresses: readonly { level: number }[]) =>
      Promise.resolve(addresses.map((one) => level[one.level]!)),
  };
  const size = fc.integer({ min: 1, max: 2 ** 53 - 1 });
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      async (newer, share) => {
        const tree = { size: newer, root: frontierOf(newer).root() };
        const index = Math.floor(share * newer);
        const proof = await proveInclusion(store, index, newer);
        expect(proof.length).toBeLessThanOrEqual(53);
        expect(isIncluded(level[0]!, index, tree, proof)).toBe(true);
        const older = { size: index, root: frontierOf(index).root() };
        expect(isConsistent(older, tree, await proveConsistency(store, index, newer))).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});
