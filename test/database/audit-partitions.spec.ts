import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { AuditPartitions } from '../../src/audit-trail/partitions/audit-partitions.js';
import { newEvent } from '../../src/audit/audit-event.js';
import { AuditWriter } from '../../src/audit/audit-writer.js';
import { newId } from '../../src/common/ids.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import { createLogger } from '../../src/observability/logger.js';
import { systemCaller } from '../support/callers.js';
import { APP_ROLE, SERVICE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { lanesOf } from '../support/lanes.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Returns the start of the month that is this many months from now. */
function monthStart(months: number): number {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months);
}

function nameOf(time: number): string {
  return `audit_events_${new Date(time).toISOString().slice(0, 7).replace('-', '_')}`;
}

/** Returns an event's id as generated when the clock shows that time. */
function idAt(time: number): string {
  const digits = Math.floor(time).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}${newId().slice(13)}`;
}

describe('the partitions of the events', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let writer: AuditWriter;
  let logs: string[];
  let partitions: AuditPartitions;
  const tenant = newId();
  beforeAll(async () => {
    database = await cloneDatabase();
    const { url } = database;
    dataSource = await openServiceDataSource({ url, poolSize: 4, appRole: APP_ROLE, single: false });
    writer = new AuditWriter(new TenantTransaction(lanesOf(dataSource)));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  beforeEach(() => {
    logs = [];
    partitions = new AuditPartitions(
      createLogger('debug', { write: (line: string) => void logs.push(line) }),
    );
  });

  /** Records an event whose id was generated at that time, and returns its partition. */
  async function recordedAt(time: number): Promise<{ id: string; partition: string }> {
    const event = { ...newEvent('secret.read', systemCaller(), { key: 'k' }), id: idAt(time) };
    await writer.record(tenant, event);
    return { id: event.id, partition: await partitionOf(event.id) };
  }

  async function partitionOf(id: string): Promise<string> {
    const [row] = await database.asSuperuser<{ partition: string }>(
      'SELECT tableoid::regclass::text AS partition FROM audit_events WHERE id = $1',
      [id],
    );
    return row?.partition ?? 'none';
  }

  async function existing(): Promise<string[]> {
    const rows = await database.asSuperuser<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits
       WHERE inhparent = 'audit_events'::regclass ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  it('are there from the last month to three months ahead once the database was migrated', async () => {
    const months = [-1, 0, 1, 2, 3].map((month) => nameOf(monthStart(month)));
    expect(await existing()).toEqual([...months, 'audit_events_default'].sort());
  });

  it('take an event of the last moment of a month, and of a clock ten minutes off', async () => {
    for (const month of [0, 1]) {
      const start = monthStart(month);
      expect((await recordedAt(start)).partition).toBe(nameOf(start));
      expect((await recordedAt(start - 100)).partition).toBe(nameOf(start - DAY));
      expect((await recordedAt(start - 1)).partition).toBe(nameOf(start - DAY));
      expect((await recordedAt(start - 10 * MINUTE)).partition).toBe(nameOf(start - DAY));
      expect((await recordedAt(start + 10 * MINUTE)).partition).toBe(nameOf(start));
    }
    await partitions.ensure(dataSource.manager);
    expect(logs).toEqual([]);
  });

  it('are looked into one by one, for an event that is looked up', async () => {
    const { id, partition } = await recordedAt(Date.now());
    const plan = await database.asSuperuser<Record<string, string>>(
      `EXPLAIN (COSTS OFF) SELECT FROM audit_events WHERE log_id = '${tenant}' AND id = '${id}'`,
    );
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect([...text.matchAll(/ on (audit_events_\w+)/g)].map(([, name]) => name)).toEqual([partition]);
    expect(text).toMatch(/using pk_audit_events_/);
    expect(await dataSource.query('SELECT audit_event_exists($1, $2) AS yes', [tenant, id])).toEqual([
      { yes: true },
    ]);
  });

  it('give their keys and their actors by index', async () => {
    for (const [column, value] of [
      ['key', "'k'"],
      ['actor_id', `'${newId()}'`],
    ] as const) {
      const plan = await database.asSuperuser<Record<string, string>>(
        `EXPLAIN (COSTS OFF) SELECT FROM audit_events WHERE log_id = '${tenant}' AND ${column} = ${value}
         ORDER BY id DESC LIMIT 10`,
      );
      const text = plan.map((line) => line['QUERY PLAN']).join('\n');
      expect(text).toMatch(new RegExp(`using \\w+_log_id_${column}_id_idx`));
      expect(text).not.toMatch(/Sort$|Seq Scan/m);
    }
  });

  it('take what is far in the future or the past into the default one, which raises an alarm', async () => {
    for (const time of [Date.now() + 400 * DAY, Date.now() - 400 * DAY, 0])
      expect((await recordedAt(time)).partition).toBe('audit_events_default');
    await partitions.ensure(dataSource.manager);
    expect(logs.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ level: 'error', alarm: 'audit_default_partition', events: 3 }),
    ]);
    await database.asSuperuser('DELETE FROM audit_events_default');
  });

  it('are created where they are missing, and get what meanwhile went to the default one', async () => {
    const [now, ahead] = [nameOf(monthStart(0)), nameOf(monthStart(2))];
    await database.asSuperuser(`DROP TABLE ${now}, ${ahead}`);
    const here = await recordedAt(Date.now());
    const there = await recordedAt(monthStart(2) + DAY);
    expect([here.partition, there.partition]).toEqual(['audit_events_default', 'audit_events_default']);
    await partitions.ensure(dataSource.manager);
    expect(await Promise.all([partitionOf(here.id), partitionOf(there.id)])).toEqual([now, ahead]);
    expect(logs).toEqual([]);
  });

  it('are not created under a lock that would last long, until an operator says so', async () => {
    const now = nameOf(monthStart(0));
    await database.asSuperuser(`DROP TABLE ${now}`);
    await recordedAt(Date.now());
    const create = (most: string) =>
      database.asSuperuser(
        `WITH s AS MATERIALIZED (SELECT set_config('strongroom.most_default_events', $1, false))
         SELECT audit_create_partitions(3) FROM s`,
        [most],
      );
    await create('0');
    expect(await existing()).not.toContain(now);
    await create('1');
    expect(await existing()).toContain(now);
  });

  it('are created once where several replicas create them at once, while events are written', async () => {
    const now = nameOf(monthStart(0));
    await database.asSuperuser(`DROP TABLE ${now}`);
    const ids: string[] = [];
    const creating = { done: false };
    const writing = (async () => {
      do ids.push((await recordedAt(Date.now())).id);
      while (!creating.done);
    })();
    await Promise.all([1, 2, 3].map(() => partitions.ensure(dataSource.manager)));
    creating.done = true;
    await writing;
    await partitions.ensure(dataSource.manager);
    for (const id of ids) expect(await partitionOf(id)).toBe(now);
    expect(logs).toEqual([]);
  });

  it('neither refuse nor lose an event that a new session writes while one is attached', async () => {
    const now = nameOf(monthStart(0));
    const statement = `INSERT INTO audit_events (log_id, id, at, action, outcome, body)
      VALUES ($1, $2, now(), 'a', 'ok', '')`;
    for (let round = 0; round < 40; round += 1) {
      await database.asSuperuser(`DROP TABLE ${now}`);
      const id = newId();
      await Promise.all([
        sleep(round % 10).then(() => database.asSuperuser(statement, [tenant, id])),
        database.asSuperuser('SELECT audit_create_partitions(3)'),
      ]);
      expect(await partitionOf(id)).toBe(now);
    }
  });

  it('are neither read nor written by the service but through their table', async () => {
    for (const name of [nameOf(monthStart(0)), 'audit_events_default']) {
      for (const statement of [
        `SELECT FROM ${name}`,
        `INSERT INTO ${name} (log_id, id, at, action, outcome, body)
         VALUES ('${tenant}', '${newId()}', now(), 'a', 'ok', '')`,
        `DELETE FROM ${name}`,
        `ALTER TABLE audit_events DETACH PARTITION ${name}`,
        `DROP TABLE ${name}`,
      ])
        await expect(dataSource.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    }
    const [may] = await database.asSuperuser(
      `SELECT has_function_privilege($1, 'audit_create_partitions(integer)', 'EXECUTE') AS service,
              has_function_privilege('public', 'audit_create_partitions(integer)', 'EXECUTE') AS everybody`,
      [SERVICE],
    );
    expect(may).toEqual({ service: true, everybody: false });
    await expect(dataSource.query('SELECT audit_create_partitions(1000)')).rejects.toThrow(
      'between 0 and 24',
    );
  });
});
