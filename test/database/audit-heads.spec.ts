import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditHeadsJob } from '../../src/audit-trail/sealing/audit-heads.job.js';
import { HeadsRepository } from '../../src/audit-trail/sealing/heads.repository.js';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { newId } from '../../src/common/ids.js';
import { SealedTrail } from '../support/sealed-trail.js';

describe('the heads of the audit trail', () => {
  let trail: SealedTrail;
  let job: AuditHeadsJob;
  beforeEach(async () => {
    trail = await SealedTrail.open();
    job = new AuditHeadsJob(new HeadsRepository(), trail.logger);
  });
  afterEach(() => trail.close());

  /** Runs the job as a minute later, until it is done. */
  const announce = async (by = job) => {
    await trail.sql(
      `UPDATE installation SET heads_at = heads_at - interval '1 minute', written_by = pg_current_xact_id()`,
    );
    return announceNow(by);
  };
  const announceNow = async (by = job) => {
    while ((await trail.services.dataSource.transaction((manager) => by.run(manager))) === 'more');
  };
  const lines = () => trail.logged.flatMap(({ heads }) => (typeof heads === 'string' ? [heads] : []));
  const events = async () =>
    (
      await trail.sql<{ body: string }>(
        `SELECT body FROM audit_events WHERE action = 'audit.heads' ORDER BY id`,
      )
    ).map(({ body }) => (JSON.parse(body) as { detail: { heads: string } }).detail.heads);

  it('are told in the log of the service and in an event, if they changed', async () => {
    const [one, two] = [newId(), newId()];
    for (const log of [one, two]) await trail.record(log, 'k');
    await trail.seal();
    await announceNow();
    const proved = (await trail.verified()).logs;
    const told = proved.map(({ origin, size, root }) => `${origin} ${size} ${root.toString('base64')}`);
    expect(lines()).toEqual([told.join(',')]);
    expect(await events()).toEqual(lines());
    await trail.record(two, 'k');
    await trail.seal();
    await announce();
    expect(lines()).toHaveLength(2);
    expect(
      lines()[1]!
        .split(',')
        .map((head) => head.split(' ')[0]),
    ).toEqual([expect.stringContaining(SYSTEM_LOG), expect.stringContaining(two)]);
    expect(await events()).toEqual(lines());
  });

  it('are not told again where the event that told them is all that changed', async () => {
    await trail.record(newId(), 'k');
    await trail.seal();
    for (const _ of [1, 2, 3]) {
      await announce();
      await trail.seal();
    }
    expect(lines()).toHaveLength(1);
    await trail.record(SYSTEM_LOG, 'k');
    await trail.seal();
    await announce();
    expect(lines()).toHaveLength(2);
    expect((await trail.verified()).damage).toBeUndefined();
  });

  it('are told once a minute, whichever replica does it', async () => {
    await trail.record(SYSTEM_LOG, 'k');
    await trail.seal();
    await announceNow();
    await trail.record(SYSTEM_LOG, 'k');
    await trail.seal();
    await announceNow(new AuditHeadsJob(new HeadsRepository(), trail.logger));
    expect(lines()).toHaveLength(1);
    await announce();
    expect(lines()).toHaveLength(2);
  });

  it('of very many logs are told in several lines and events', async () => {
    await trail.sql(
      `SELECT record_events(array_agg(ROW(l, new_event_id(), 'secret.read', 'k', NULL, NULL, NULL, 'ok', NULL, NULL)::audit_entry))
       FROM (SELECT gen_random_uuid() AS l FROM generate_series(1, 450)) AS logs`,
    );
    await trail.seal();
    await announceNow();
    expect(lines().map((line) => line.split(',').length)).toEqual([200, 200, 50]);
    expect(await events()).toEqual(lines());
  });
});
