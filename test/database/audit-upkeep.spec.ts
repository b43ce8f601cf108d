import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditBackfillJob } from '../../src/audit-trail/sealing/audit-backfill.job.js';
import { AuditCheckpointsJob } from '../../src/audit-trail/sealing/audit-checkpoints.job.js';
import { eventsOf } from '../../src/audit-trail/verify/export-report.js';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { migrate, ownerDataSource } from '../../src/database/migrate.js';
import type { Job } from '../../src/jobs/job.js';
import { APP_ROLE, READER_ROLE } from '../support/database.js';
import { CALLER, SealedTrail } from '../support/sealed-trail.js';

const SEALING = 'ExpandAuditSealing1800000000010';

describe('the jobs of the audit trail', () => {
  let trail: SealedTrail;
  beforeEach(async () => {
    trail = await SealedTrail.open();
  });
  afterEach(() => trail.close());

  const run = async (job: Job) => {
    const { signal } = new AbortController();
    let runs = 1;
    while ((await trail.services.dataSource.transaction((manager) => job.run(manager, signal))) === 'more')
      runs += 1;
    return runs;
  };

  it('keep the last checkpoint of each hour for 30 days, and then that of each day', async () => {
    for (let n = 0; n < 300; n += 1) await trail.record(SYSTEM_LOG, `k${n}`);
    await trail.seal();
    await trail.sql(
      `INSERT INTO audit_checkpoints (log_id, epoch, size, root, key_id, signed_at, note)
       SELECT c.log_id, c.epoch, 4 * h + q - 100000, c.root, c.key_id,
              date_trunc('hour', clock_timestamp(), 'UTC') - interval '40 days' + h * interval '1 hour' + q * interval '15 minutes', ''
       FROM audit_checkpoints c, generate_series(0, 40 * 24) AS h, generate_series(0, 3) AS q`,
    );
    await trail.sql(
      `INSERT INTO audit_pruned (log_id, epoch, size) SELECT log_id, epoch, min(size) + 1 FROM audit_checkpoints GROUP BY 1, 2`,
    );
    // What was kept for its hour is looked at again when it is old.
    for (const _ of [1, 2]) await run(new AuditCheckpointsJob());
    const before = await kept();
    const hour = 3_600_000;
    const now = Math.floor(Date.now() / hour) * hour;
    const firstDay = Math.floor(Date.now() / (24 * hour)) * 24 * hour - 30 * 24 * hour;
    // Of the present hour all remain: 4, and the one that was really signed.
    expect(before.filter((at) => at >= now)).toHaveLength(5);
    for (let at = firstDay; at < now; at += hour)
      expect(before.filter((time) => time >= at && time < at + hour)).toEqual([at + 45 * 60_000]);
    const old = before.filter((at) => at < firstDay);
    const days = new Set(old.map((at) => Math.floor(at / (24 * hour))));
    // One a day, and the one at which the pruned log begins.
    expect(old).toHaveLength(days.size + 1);
    expect(days.size).toBeGreaterThanOrEqual(10);
    await run(new AuditCheckpointsJob());
    expect(await kept()).toEqual(before);
  });

  const kept = async () =>
    (
      await trail.sql<{ at: string }>(
        'SELECT extract(epoch FROM signed_at) * 1000 AS at FROM audit_checkpoints',
      )
    )
      .map(({ at }) => Number(at))
      .sort((one, other) => one - other);

  /** Takes back the migrations from that of sealing on, as if events had been recorded by a program without them. */
  const withoutSealing = async () => {
    const { ownerUrl } = trail.services.database;
    const options = { ownerUrl, appRole: APP_ROLE, readerRole: READER_ROLE };
    const owner = await ownerDataSource(options).initialize();
    for (let last = ''; last !== SEALING;) {
      const [row] = await trail.sql<{ name: string }>(
        'SELECT name FROM schema_migrations ORDER BY id DESC LIMIT 1',
      );
      last = row!.name;
      await owner.undoLastMigration({ transaction: 'each' });
    }
    await owner.destroy();
    return options;
  };

  const insertOld = (log: string, count: number, ago: string) =>
    trail.sql(
      `INSERT INTO audit_events (log_id, id, at, action, outcome, body)
       SELECT $1, i, clock_timestamp(), 'secret.read', 'ok',
              json_build_object('id', i, 'time', to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text
       FROM (SELECT overlay(new_event_id()::text PLACING left(first_event_id(clock_timestamp() - $2::interval)::text, 13) FROM 1 FOR 13)::uuid AS i
             FROM generate_series(1, $3)) AS ids`,
      [log, ago, count],
    );

  it('seal what was recorded before there were trees, in parts, with what a wrong clock dated', async () => {
    await trail.services.tenants.create('old', CALLER);
    const [{ id: tenant } = { id: '' }] = await trail.sql<{ id: string }>(
      `SELECT id FROM tenants WHERE name = 'old'`,
    );
    const options = await withoutSealing();
    await insertOld(tenant, 11_000, '20 days');
    await insertOld(tenant, 5, '-400 days');
    await insertOld(SYSTEM_LOG, 3, '1 hour');
    await migrate(options);
    const job = new AuditBackfillJob();
    // The first run only notes where the events end; what is recorded meanwhile is sealed as ever.
    await run(job);
    await trail.record(tenant, 'meanwhile');
    await trail.seal();
    expect(eventsOf((await trail.verified()).logs)).toBe(1);
    await trail.sql(`UPDATE audit_backfill SET begun_at = begun_at - interval '2 minutes'`);
    for (let round = 0; round < 10; round += 1) {
      await run(job);
      const [{ waiting } = { waiting: 0 }] = await trail.sql<{ waiting: number }>(
        'SELECT count(*)::int AS waiting FROM audit_pending',
      );
      // It waits for the sealer, which may be stopped.
      expect(waiting).toBeLessThan(10_100);
      await trail.seal();
    }
    const [{ events } = { events: 0 }] = await trail.sql<{ events: number }>(
      'SELECT count(*)::int AS events FROM audit_events',
    );
    const { logs, damage } = await trail.verified();
    expect(damage).toBeUndefined();
    expect(eventsOf(logs)).toBe(events);
    expect(events).toBeGreaterThanOrEqual(11_009);
    expect(await trail.sql('SELECT FROM audit_backfill')).toEqual([]);
  });
});
