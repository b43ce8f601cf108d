import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { AuditBackfillJob } from '../../src/audit-trail/sealing/audit-backfill.job.js';
import { AuditSealerJob } from '../../src/audit-trail/sealing/audit-sealer.job.js';
import { SealingRepository } from '../../src/audit-trail/sealing/sealing.repository.js';
import { SealingWatch } from '../../src/audit-trail/sealing/sealing-watch.js';
import { runInJobTransaction } from '../../src/jobs/job-transaction.js';
import type { Job } from '../../src/jobs/job.js';
import { lanesOf } from '../support/lanes.js';
import { SealedTrail } from '../support/sealed-trail.js';
import { StatementCount } from '../support/statement-count.js';

const NEVER = { stop: new AbortController().signal, cutOff: new AbortController().signal };

describe('jobs without anything to do', () => {
  let trail: SealedTrail;
  let statements: StatementCount;
  beforeEach(async () => {
    trail = await SealedTrail.open();
    statements = await StatementCount.of(trail.services.database);
  });
  afterEach(() => trail.close());

  const run = (job: Job) => runInJobTransaction(lanesOf(trail.services.dataSource), job, NEVER);

  /** Returns the statements of a run, each with its number. */
  const counted = async (job: Job) => (await statements.during(() => run(job))).counted;

  it('ask one question a second, the sealer', async () => {
    const job = new AuditSealerJob(trail.sealer, new SealingWatch(new SealingRepository()));
    await trail.seal();
    // The first run also counts what waits, for the metrics.
    expect(await run(job)).toBe('done');
    expect(await counted(job)).toEqual({ 'SELECT audit_sealing_is_due() AS "isDue"': 1 });
    await trail.record(SYSTEM_LOG, 'k');
    await run(job);
    expect((await trail.verified()).logs.map(({ size }) => size)).toEqual([1]);
    expect(await counted(job)).toEqual({ 'SELECT audit_sealing_is_due() AS "isDue"': 1 });
  });

  it('ask no more, once nothing is left from before there were trees', async () => {
    const job = new AuditBackfillJob();
    await trail.sql('INSERT INTO audit_backfill (log_id) VALUES ($1)', [SYSTEM_LOG]);
    await run(job);
    expect(await counted(job)).toMatchObject({ COMMIT: 1 });
    await trail.sql('DELETE FROM audit_backfill');
    await run(job);
    expect(await counted(job)).toEqual({});
  });
});
