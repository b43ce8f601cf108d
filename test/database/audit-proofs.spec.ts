import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newEvent } from '../../src/audit/audit-event.js';
import { StoredNodes } from '../../src/audit-trail/trees/stored-nodes.js';
import { newId } from '../../src/common/ids.js';
import { createLogger } from '../../src/observability/logger.js';
import { Appender } from '../../src/transparency/tree/appender.js';
import { proveConsistency } from '../../src/transparency/tree/consistency-proof.js';
import { Frontier } from '../../src/transparency/tree/frontier.js';
import { proveInclusion } from '../../src/transparency/tree/inclusion-proof.js';
import { subtreesOf } from '../../src/transparency/tree/node-address.js';
import type { NodeStore } from '../../src/transparency/tree/node-store.js';
import { storedFrontier } from '../../src/transparency/tree/stored-frontier.js';
import { MemoryNodes } from '../support/sample-log.js';
import { sealAll, sealerOf } from '../support/sealing.js';
import { IdentityServices } from './identity-services.js';

const SIZE = 2_000;

describe('the nodes of a log', () => {
  let services: IdentityServices;
  const tenant = newId();
  const memory = new MemoryNodes();
  beforeAll(async () => {
    services = await IdentityServices.open();
    const sealer = sealerOf(services.rootKeys, createLogger('error', { write: () => undefined }));
    const caller = {
      actorId: null,
      actorName: null,
      method: 'system',
      requestId: 'r',
      address: null,
    } as const;
    // Sealed in parts of other sizes than the rows of nodes.
    for (let sealed = 0; sealed < SIZE;) {
      const count = Math.min(300, SIZE - sealed);
      await Promise.all(
        Array.from({ length: count }, (_, n) =>
          services.audit.record(tenant, newEvent('secret.read', caller, { key: `k${sealed + n}` })),
        ),
      );
      sealed += count;
      await sealAll(sealer, services.dataSource);
    }
    const leaves = await services.database.asSuperuser<{ hash: Buffer }>(
      'SELECT hash FROM audit_leaves WHERE log_id = $1 ORDER BY leaf_index',
      [tenant],
    );
    const appender = new Appender(Frontier.empty());
    for (const { hash } of leaves) memory.add(appender.appendHash(hash));
  }, 120_000);
  afterAll(() => services.close());

  const stored = (): NodeStore => ({
    hashes: (addresses) =>
      services.dataSource.transaction((manager) =>
        new StoredNodes(manager, { logId: tenant, epoch: 1 }).hashes(addresses),
      ),
  });

  it('prove each event in trees of many sizes as the leaves do', async () => {
    for (const size of [
      1,
      2,
      3,
      7,
      8,
      9,
      255,
      256,
      257,
      511,
      512,
      513,
      769,
      1_023,
      1_024,
      1_025,
      1_999,
      SIZE,
    ])
      for (const index of new Set([0, size - 1, size >> 1, randomBytes(4).readUInt32BE() % size])) {
        const [got, wanted] = [
          await proveInclusion(stored(), index, size),
          await proveInclusion(memory, index, size),
        ];
        expect([size, index, got]).toEqual([size, index, wanted]);
      }
  });

  it('prove that trees of random sizes continue each other as the leaves do', async () => {
    for (let round = 0; round < 100; round += 1) {
      const newer = 1 + (randomBytes(4).readUInt32BE() % SIZE);
      const older = 1 + (randomBytes(4).readUInt32BE() % newer);
      const got = await proveConsistency(stored(), older, newer);
      expect([older, newer, got]).toEqual([older, newer, await proveConsistency(memory, older, newer)]);
    }
  });

  it('are refused where there are too many at once', async () => {
    const addresses = Array.from({ length: 257 }, (_, index) => ({ level: 0, index }));
    await expect(stored().hashes(addresses)).rejects.toThrow('too many nodes');
  });

  // Each time more is removed, as by pruning: with the nodes that lie below, or without.
  it.each([[1], [8], [255], [300], [511], [512], [1_000], [1_111], [1_999]])(
    'prove what comes after %i events when these are pruned',
    async (pruned) => {
      const keep = subtreesOf({ begin: 0, end: pruned });
      const frontier = await storedFrontier(stored(), pruned);
      expect(frontier.hashes).toEqual(await memory.hashes(keep));
      await services.database.asSuperuser(
        `INSERT INTO audit_nodes (log_id, epoch, level, node_index, hash)
         SELECT $1, 1, f.level, f.node_index, f.hash FROM unnest($2::int[], $3::bigint[], $4::bytea[]) AS f (level, node_index, hash)
         ON CONFLICT DO NOTHING`,
        [tenant, keep.map(({ level }) => level), keep.map(({ index }) => index), frontier.hashes],
      );
      await services.database.asSuperuser(
        `WITH leaves AS (DELETE FROM audit_leaves WHERE log_id = $1 AND leaf_index < $2)
         INSERT INTO audit_pruned VALUES ($1, 1, $2) ON CONFLICT (log_id, epoch) DO UPDATE SET size = excluded.size`,
        [tenant, pruned],
      );
      if (pruned % 2 === 1)
        await services.database.asSuperuser(
          `DELETE FROM audit_nodes n WHERE n.log_id = $1 AND (n.node_index << n.level) < $2
             AND NOT EXISTS (SELECT FROM unnest($3::int[], $4::bigint[]) AS f (level, node_index)
                             WHERE f.level = n.level AND f.node_index = n.node_index)`,
          [tenant, pruned, keep.map(({ level }) => level), keep.map(({ index }) => index)],
        );
      for (let round = 0; round < 40; round += 1) {
        const size = pruned + (round === 0 ? 0 : randomBytes(4).readUInt32BE() % (SIZE - pruned + 1));
        const older = pruned + (round < 2 ? 0 : randomBytes(4).readUInt32BE() % (size - pruned + 1));
        const got = await proveConsistency(stored(), older, size);
        expect([older, size, got]).toEqual([older, size, await proveConsistency(memory, older, size)]);
        if (size === pruned) continue;
        const index = pruned + (round === 1 ? 0 : randomBytes(4).readUInt32BE() % (size - pruned));
        const proof = await proveInclusion(stored(), index, size);
        expect([index, size, proof]).toEqual([index, size, await proveInclusion(memory, index, size)]);
      }
      if (pruned > 3)
        await expect(stored().hashes([{ level: 0, index: 3 }])).rejects.toThrow('not stored any more');
    },
  );
});
