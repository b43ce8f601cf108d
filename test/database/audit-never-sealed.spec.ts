import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { NeverSealedEvents } from '../../src/audit-trail/compare/never-sealed.js';
import type { SqlConnection } from '../../src/database/connection/sql-connection.js';
import { newId } from '../../src/common/ids.js';
import { SealedTrail } from '../support/sealed-trail.js';

const EVENTS = 10;

describe('the search for events that were never sealed', () => {
  let trail: SealedTrail;
  let events: NeverSealedEvents;
  const tenant = newId();
  beforeAll(async () => {
    trail = await SealedTrail.open();
    for (let n = 0; n < EVENTS; n += 1)
      for (const log of [SYSTEM_LOG, tenant]) await trail.record(log, `k${n}`);
    await trail.seal();
    const owner = { query: (text: string, values?: unknown[]) => trail.sql(text, values) };
    events = new NeverSealedEvents(owner as unknown as SqlConnection, 3);
  });
  afterAll(() => trail.close());

  async function found(logId: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const part of events.of(logId)) ids.push(...part.map(({ eventId }) => eventId));
    return ids;
  }

  /** Adds an event past the service by the service's own login, which may add to the table. */
  async function plant(log: string, at = new Date(), id = newId()): Promise<string> {
    await trail.services.dataSource.transaction(async (manager) => {
      await manager.query(`SELECT set_config('app.tenant', $1, true)`, [log]);
      await manager.query(
        `INSERT INTO audit_events (log_id, id, at, action, key, outcome, body) VALUES ($1, $2, $3, 'secret.read', 'planted', 'ok', '{}')`,
        [log, id, at],
      );
    });
    return id;
  }
  const unplant = () => trail.sql(`DELETE FROM audit_events WHERE key = 'planted'`);

  it('finds nothing in a trail that was left alone, sealed or not', async () => {
    expect(await found(tenant)).toEqual([]);
    for (let n = 0; n < EVENTS; n += 1) await trail.record(tenant, `later${n}`);
    expect(await found(tenant)).toEqual([]);
    await trail.seal();
    expect(await found(tenant)).toEqual([]);
  });

  it('finds what was added, wherever its id puts it', async () => {
    const old = '019ada5c-0000-7000-8000-00000000000f';
    const ids = [await plant(tenant, new Date(), old), await plant(tenant), await plant(tenant)];
    await trail.record(tenant, 'waiting');
    expect(await found(tenant)).toEqual(ids.sort());
    expect(await found(SYSTEM_LOG)).toEqual([]);
    await unplant();
  });

  it('looks in every log, of whatever tenant or none', async () => {
    const stray = newId();
    const id = await plant(stray);
    const logs: string[] = [];
    for await (const { logId } of events.logs()) logs.push(logId);
    expect(logs).toEqual([SYSTEM_LOG, ...[tenant, stray].sort()]);
    expect(await found(stray)).toEqual([id]);
    await unplant();
  });

  it('leaves out what the backfill has not reached', async () => {
    const [reached, later] = [await plant(tenant), await plant(tenant)].sort() as [string, string];
    await trail.sql('INSERT INTO audit_backfill (log_id, after_id) VALUES ($1, $2)', [tenant, reached]);
    expect(await found(tenant)).toEqual([reached]);
    await trail.sql('UPDATE audit_backfill SET until_id = $1', [later]);
    expect(await found(tenant)).toEqual([reached]);
    await trail.sql('DELETE FROM audit_backfill');
    expect(await found(tenant)).toEqual([reached, later]);
    await unplant();
  });

  it('leaves out what was pruned and not yet removed, and nothing newer', async () => {
    const [{ signed_at: signedAt } = { signed_at: new Date() }] = await trail.sql<{ signed_at: Date }>(
      'SELECT signed_at FROM audit_checkpoints WHERE log_id = $1 ORDER BY size LIMIT 1',
      [tenant],
    );
    await plant(tenant, new Date(signedAt.getTime() - 1));
    const newer = await plant(tenant, new Date(signedAt.getTime() + 1));
    await trail.sql(
      'INSERT INTO audit_pruned (log_id, epoch, size) SELECT log_id, epoch, size FROM audit_checkpoints WHERE log_id = $1 ORDER BY size LIMIT 1',
      [tenant],
    );
    await trail.sql('INSERT INTO audit_removals SELECT $1, audit_month($2)', [tenant, newer]);
    expect(await found(tenant)).toEqual([newer]);
    await trail.sql('DELETE FROM audit_removals');
    expect(await found(tenant)).toHaveLength(2);
    await unplant();
  });

  it('reads a log in chunks along the primary keys', async () => {
    await trail.sql(
      `SELECT record_events(array_agg(ROW($1, new_event_id(), 'secret.read', 'k', NULL, NULL, NULL, 'ok', NULL, NULL)::audit_entry))
       FROM generate_series(1, 20000)`,
      [tenant],
    );
    await trail.seal();
    await trail.sql('VACUUM ANALYZE audit_events, audit_leaves');
    const plans: string[] = [];
    const owner = {
      query: async (text: string, values: unknown[]) => {
        const plan = await trail.sql<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${text}`, values);
        plans.push(plan.map((line) => line['QUERY PLAN']).join('\n'));
        return trail.sql(text, values);
      },
    };
    const searching = new NeverSealedEvents(owner as unknown as SqlConnection, 500);
    for await (const part of searching.of(tenant)) expect(part).toEqual([]);
    expect(plans.length).toBeGreaterThan(40);
    const filled = await trail.sql<{ name: string }>(
      'SELECT DISTINCT tableoid::regclass::text AS name FROM audit_events',
    );
    for (const table of ['audit_leaves', ...filled.map(({ name }) => name)])
      for (const plan of plans) expect(plan).not.toContain(`Seq Scan on ${table} `);
  });
});
