import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { eventsOf } from '../../src/audit-trail/verify/export-report.js';
import { newId } from '../../src/common/ids.js';
import { SealedTrail } from '../support/sealed-trail.js';

const MAKE_LEAVES = `SELECT FROM seal_pending_events(NULL, '{}', 5000)`;

describe('leaves that the service made without signing them', () => {
  let trail: SealedTrail;
  const tenant = newId();
  beforeEach(async () => {
    trail = await SealedTrail.open();
    for (const key of ['a', 'b']) for (const log of [SYSTEM_LOG, tenant]) await trail.record(log, key);
    await trail.seal();
    for (const key of ['c', 'd', 'e']) for (const log of [SYSTEM_LOG, tenant]) await trail.record(log, key);
  });
  afterEach(() => trail.close());

  /** Does something by the service's login, in one transaction. */
  const byService = (...statements: readonly string[]) =>
    trail.services.dataSource.transaction(async (manager: EntityManager) => {
      for (const statement of statements) await manager.query(statement);
    });

  /** Returns the keys of the leaves of a log in their order. */
  async function leavesOf(log: string): Promise<string[]> {
    const leaves = await trail.sql<{ key: string }>(
      `SELECT coalesce(e.key, e.action) AS key FROM audit_leaves l JOIN audit_events e ON e.log_id = l.log_id AND e.id = l.event_id
       WHERE l.log_id = $1 ORDER BY l.epoch, l.leaf_index`,
      [log],
    );
    return leaves.map(({ key }) => key);
  }

  async function unsigned(): Promise<number> {
    const leaves = await trail.sql(
      'SELECT FROM audit_leaves l JOIN audit_logs g USING (log_id, epoch) WHERE l.leaf_index >= g.size',
    );
    return leaves.length;
  }

  /** Returns the keys of the leaves of a log, with what the verifier says of the whole trail. */
  async function proved(log: string) {
    const { damage, logs } = await trail.verified();
    return { damage, events: eventsOf(logs), keys: await leavesOf(log), unsigned: await unsigned() };
  }

  it('are signed by the next round, in their order, whether more was recorded or not', async () => {
    await byService(MAKE_LEAVES);
    expect(await unsigned()).toBe(6);
    await trail.record(tenant, 'f');
    await trail.seal();
    const keys = ['a', 'b', 'c', 'd', 'e'];
    expect(await proved(tenant)).toEqual({ events: 11, keys: [...keys, 'f'], unsigned: 0 });
    expect(await proved(SYSTEM_LOG)).toMatchObject({ keys });
    expect(await trail.sql('SELECT FROM audit_pending')).toEqual([]);
    expect(trail.logged.filter(({ alarm }) => alarm !== undefined)).toEqual([]);
  });

  it('are signed however often that is done', async () => {
    for (const key of ['f', 'g', 'h']) {
      await byService(MAKE_LEAVES);
      await trail.record(tenant, key);
    }
    await trail.seal();
    expect(await proved(tenant)).toEqual({
      ...{ events: 13, keys: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], unsigned: 0 },
    });
  });

  it('become leaves of the next epoch if it began in the meantime', async () => {
    const begin = `SELECT begin_audit_epoch('${newId()}', 'a trial', NULL)`;
    await byService(MAKE_LEAVES, begin);
    await trail.record(tenant, 'f');
    await trail.seal();
    expect(await proved(tenant)).toEqual({
      ...{ events: 13, keys: ['a', 'b', 'audit.new_epoch', 'c', 'd', 'e', 'f'], unsigned: 0 },
    });
    expect(await proved(SYSTEM_LOG)).toMatchObject({ keys: ['a', 'b', 'audit.new_epoch', 'c', 'd', 'e'] });
  });

  it('find room before whatever waits, and so does an epoch, whatever ids the service gave', async () => {
    const lowest = `INSERT INTO audit_pending (log_id, id, event_id) VALUES ('${tenant}', -9223372036854775808, '${newId()}')`;
    const asTenant = `SELECT set_config('app.tenant', '${tenant}', true)`;
    const begin = `SELECT begin_audit_epoch('${newId()}', 'a trial', NULL)`;
    await byService(MAKE_LEAVES, asTenant, lowest, begin);
    await trail.seal();
    expect(await proved(tenant)).toEqual({
      ...{ events: 12, keys: ['a', 'b', 'audit.new_epoch', 'c', 'd', 'e'], unsigned: 0 },
    });
  });

  it.each([0, 1, 2, 4, 6])(
    'are not stored with a size of %s, so that none that was signed is taken back',
    async (size) => {
      const store = `SELECT store_sealed_logs(1, ARRAY['${tenant}']::uuid[], ARRAY[${size}], ARRAY['']::bytea[], ARRAY['']::bytea[],
      ARRAY[''], '{}', '{}', '{}', '{}')`;
      await expect(byService(MAKE_LEAVES, store)).rejects.toThrow('is not the number of the leaves');
      await trail.seal();
      expect(await proved(tenant)).toMatchObject({ damage: undefined, events: 10, unsigned: 0 });
    },
  );

  it('are taken back by nobody but the sealer', async () => {
    const takeBack = `SELECT take_back_unsigned_leaves(ARRAY['${tenant}']::uuid[])`;
    await expect(byService(takeBack)).rejects.toThrow('permission denied');
  });

  it('are told from signed ones by the checkpoints, where a superuser changed the size of a log', async () => {
    await trail.seal();
    await trail.sql('UPDATE audit_logs SET size = 1 WHERE log_id = $1', [tenant]);
    for (const log of [SYSTEM_LOG, tenant]) await trail.record(log, 'f');
    await byService(MAKE_LEAVES);
    await trail.seal(trail.otherSealer());
    expect(trail.logged.map(({ alarm }) => alarm)).toEqual(['audit_sealing_stopped']);
    expect((await leavesOf(tenant)).slice(0, 5)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await leavesOf(SYSTEM_LOG)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});
