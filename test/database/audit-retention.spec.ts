import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { newId } from '../../src/common/ids.js';
import { exportOf, keyTextOf } from '../support/sealing.js';
import { VERIFIERS } from '../unit/audit-trail/verifiers.js';
import { AgingLogs } from './aging-logs.js';

describe('the retention of the audit trail', () => {
  let logs: AgingLogs;
  beforeEach(async () => {
    logs = await AgingLogs.open();
  });
  afterEach(() => logs.close());

  /** Creates a tenant whose events are kept for so many days, 0 for ever. */
  async function tenantKeeping(days: number): Promise<string> {
    const id = newId();
    await logs.database.asSuperuser('INSERT INTO tenants (id, name) VALUES ($1, $2)', [id, `tenant-${id}`]);
    await logs.database.asSuperuser('INSERT INTO tenant_settings (tenant_id, audit_days) VALUES ($1, $2)', [
      id,
      days,
    ]);
    return id;
  }
  const sizes = async () =>
    Object.fromEntries(
      (
        await logs.database.asSuperuser<{ log_id: string; size: number }>(
          'SELECT log_id, size::int FROM audit_pruned',
        )
      ).map(({ log_id, size }) => [log_id, size]),
    );
  const exists = async (name: string) =>
    (
      await logs.database.asSuperuser<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
        name,
      ])
    )[0]?.there;

  it('is that of each tenant, or the default of the installation', async () => {
    const [longer, shorter, deleted] = [
      await tenantKeeping(0),
      await tenantKeeping(100),
      await tenantKeeping(400),
    ];
    await logs.database.asSuperuser('UPDATE tenants SET deleted_at = now() WHERE id = $1', [deleted]);
    for (const log of [longer, shorter, deleted, SYSTEM_LOG])
      for (const days of [500, 200, 50]) await logs.add(log, 2, days);
    await logs.prune();
    expect(await sizes()).toEqual({ [shorter]: 4, [deleted]: 2, [SYSTEM_LOG]: 2 });
  });

  it('is never below the floor of the installation, nor below 30 days whatever the service says', async () => {
    const tenant = await tenantKeeping(1);
    for (const days of [100, 60, 20]) await logs.add(tenant, 2, days);
    await logs.prune();
    expect(await sizes()).toEqual({ [tenant]: 2 });
    const prune = (size: number) =>
      logs.services.dataSource.query<{ size: string }[]>(
        'SELECT size FROM prune_audit_log($1, 1, $2, 0, -9, $3)',
        [tenant, size, '{}'],
      );
    expect(await prune(6)).toEqual([{ size: '4' }]);
    expect(await prune(6)).toEqual([]);
  });

  it('removes nothing where the default is to keep events for ever', async () => {
    await logs.add(SYSTEM_LOG, 2, 5_000);
    await logs.prune(0);
    expect(await sizes()).toEqual({});
  });

  it('drops the partition of a month once no log needs an event of it', async () => {
    const tenant = newId();
    const [old, recent] = [await logs.partition(500), await logs.partition(200)];
    for (const log of [SYSTEM_LOG, tenant]) for (const days of [500, 200]) await logs.add(log, 50, days);
    await logs.prune();
    expect([await exists(old), await exists(recent)]).toEqual([false, true]);
    expect([await logs.count('audit_events', tenant), await logs.count('audit_removals')]).toEqual([51, 0]);
    await logs.seal();
    const [file, keys] = [await exportOf(logs.database), await keyTextOf(logs.database)];
    for (const [, verify] of VERIFIERS)
      expect(await verify(file, keys)).toMatchObject({ problem: null, events: 102 });
  });

  it('waits with the rows of a month for the last log that keeps its events no longer than others', async () => {
    const name = await logs.partition(500);
    const other = newId();
    for (const log of [newId(), other, SYSTEM_LOG]) await logs.add(log, 50, 500);
    await logs.database.asSuperuser('INSERT INTO audit_backfill VALUES ($1, DEFAULT, new_event_id())', [
      other,
    ]);
    await logs.prune();
    expect(await logs.count(name)).toBe(150);
    await logs.database.asSuperuser('DELETE FROM audit_backfill');
    await logs.prune();
    expect(await exists(name)).toBe(false);
  });

  it('keeps the partition for the log that keeps its events for ever, and nothing else in it', async () => {
    const tenant = await tenantKeeping(0);
    const name = await logs.partition(500);
    for (const log of [tenant, SYSTEM_LOG]) await logs.add(log, 6_000, 500);
    await logs.prune();
    expect([await logs.count(name, tenant), await logs.count(name, SYSTEM_LOG)]).toEqual([6_000, 0]);
    expect(await logs.count('audit_removals')).toBe(0);
  });

  it('does not drop a partition in which an event waits to be sealed', async () => {
    const name = await logs.partition(500);
    await logs.add(SYSTEM_LOG, 5, 500);
    await logs.database.asSuperuser(
      `INSERT INTO audit_pending (log_id, event_id)
       SELECT $1, (SELECT id FROM audit_events WHERE tableoid = '${name}'::regclass LIMIT 1)`,
      [newId()],
    );
    await logs.prune();
    expect(await exists(name)).toBe(true);
    await logs.database.asSuperuser('DELETE FROM audit_pending');
    await logs.prune();
    expect(await exists(name)).toBe(false);
  });

  it('waits a second for the lock on the table, and tries again later', async () => {
    const name = await logs.partition(500);
    await logs.add(SYSTEM_LOG, 5, 500);
    const reading = logs.services.dataSource.transaction(async (manager) => {
      await manager.query('SELECT audit_event_exists($1, $1)', [newId()]);
      await sleep(2_500);
    });
    await expect(logs.prune()).rejects.toThrow('lock timeout');
    await reading;
    await logs.prune();
    expect(await exists(name)).toBe(false);
  });

  it('loses no event of 40 days without the job, nor of a clock that is a year off, and removes both in time', async () => {
    for (const idDaysAgo of [400, -40, -370]) await logs.add(SYSTEM_LOG, 5, 30, idDaysAgo);
    expect(await logs.count('audit_events_default')).toBe(10);
    const [file, keys] = [await exportOf(logs.database), await keyTextOf(logs.database)];
    for (const [, verify] of VERIFIERS)
      expect(await verify(file, keys)).toMatchObject({ problem: null, events: 15 });
    await logs.prune();
    expect(await logs.count('audit_events')).toBe(15);
    await logs.database.asSuperuser(`UPDATE audit_events SET at = at - interval '400 days'`);
    await logs.database.asSuperuser(
      `UPDATE audit_checkpoints SET signed_at = signed_at - interval '400 days'`,
    );
    await logs.prune();
    expect([await logs.count('audit_leaves'), await logs.count('audit_events_default')]).toEqual([0, 0]);
  });

  it('gives the service no way to remove anything but by these functions', async () => {
    await logs.add(SYSTEM_LOG, 5, 500);
    for (const statement of [
      'DELETE FROM audit_events',
      'DELETE FROM audit_leaves',
      'DELETE FROM audit_pruned',
      'INSERT INTO audit_pruned VALUES (gen_random_uuid(), 1, 1)',
      'DELETE FROM audit_removals',
      'SELECT audit_horizon(gen_random_uuid(), 1, 1)',
    ])
      await expect(logs.services.dataSource.query(statement)).rejects.toThrow('permission denied');
  });
});
