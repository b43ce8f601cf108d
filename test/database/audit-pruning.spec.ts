import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { newId } from '../../src/common/ids.js';
import { exportOf, keyTextOf } from '../support/sealing.js';
import { VERIFIERS } from '../unit/audit-trail/verifiers.js';
import { AgingLogs } from './aging-logs.js';

describe('pruning', () => {
  let logs: AgingLogs;
  beforeEach(async () => {
    logs = await AgingLogs.open();
  });
  afterEach(() => logs.close());

  /** Returns what both verifiers say of an export of everything that is left, which is the same. */
  async function verdict() {
    const [file, keys] = [await exportOf(logs.database), await keyTextOf(logs.database)];
    const [first, second] = await Promise.all(VERIFIERS.map(([, verify]) => verify(file, keys)));
    expect(second?.logs).toEqual(first?.logs);
    expect([first?.problem, second?.problem]).toEqual([null, null]);
    return first?.logs.map(({ before, size }) => [before, size]);
  }

  const events = (log = SYSTEM_LOG) => logs.count('audit_events', log);
  const leaves = (log = SYSTEM_LOG) => logs.count('audit_leaves', log);
  const alarms = () =>
    logs.lines.map((line) => (JSON.parse(line) as { alarm?: string }).alarm).filter((name) => name);

  it('removes what is older than the retention, up to a checkpoint, and records that in the log', async () => {
    await logs.add(SYSTEM_LOG, 700, 500);
    await logs.add(SYSTEM_LOG, 600, 450);
    await logs.add(SYSTEM_LOG, 5, 300);
    await logs.prune();
    expect([await events(), await leaves()]).toEqual([6, 5]);
    const [{ body } = { body: '' }] = await logs.database.asSuperuser<{ body: string }>(
      `SELECT body FROM audit_events WHERE action = 'audit.prune'`,
    );
    const kept = await logs.database.asSuperuser(
      `SELECT size::text, encode(root, 'base64') AS root FROM audit_checkpoints ORDER BY size`,
    );
    expect(kept).toHaveLength(2);
    expect(JSON.parse(body)).toMatchObject({
      caller: { method: 'system' },
      detail: { ...kept[0], events: '1300', origin: expect.stringMatching(/^strongroom\/.*\/0{8}-/) },
    });
    await logs.seal();
    expect(await verdict()).toEqual([[1300, 1306]]);
    expect(await logs.count('audit_nodes')).toBe([1024, 256, 16, 4].length);
    await logs.prune();
    expect([await events(), alarms()]).toEqual([6, []]);
  });

  it('goes on where it was before, and keeps the leaves of both frontiers', async () => {
    for (const [count, days] of [
      [300, 900],
      [301, 880],
      [3, 500],
      [700, 10],
    ] as const)
      await logs.add(SYSTEM_LOG, count, days);
    await logs.prune(890);
    expect(await verdict()).toEqual([[300, 1304]]);
    await logs.prune(860);
    expect(await verdict()).toEqual([[601, 1304]]);
    await logs.prune(400);
    expect(await verdict()).toEqual([[604, 1304]]);
    await logs.seal();
    expect(await verdict()).toEqual([[604, 1307]]);
  });

  it('keeps an event whose own time is younger, and everything after it', async () => {
    await logs.add(SYSTEM_LOG, 3, 500);
    await logs.add(SYSTEM_LOG, 3, 480);
    await logs.add(SYSTEM_LOG, 3, 460);
    await logs.database.asSuperuser(
      `UPDATE audit_events SET at = now() WHERE id = (SELECT event_id FROM audit_leaves WHERE leaf_index = 4)`,
    );
    await logs.prune();
    expect(await verdict()).toEqual([[3, 9]]);
  });

  it('leaves a log alone for a week after its oldest checkpoint became old', async () => {
    await logs.add(SYSTEM_LOG, 3, 405);
    await logs.prune();
    expect(await events()).toBe(3);
    await logs.add(SYSTEM_LOG, 1, 401);
    await logs.database.asSuperuser(
      `UPDATE audit_checkpoints SET signed_at = signed_at - interval '3 days' WHERE size = 3`,
    );
    await logs.prune();
    expect(await leaves()).toBe(0);
  });

  it('keeps what is not sealed, or is from before there were leaves', async () => {
    await logs.add(SYSTEM_LOG, 3, 500);
    await logs.database.asSuperuser(
      `WITH e AS (INSERT INTO audit_events (log_id, id, at, action, outcome, body)
         SELECT log_id, new_event_id(), now() - interval '600 days', action, outcome, body FROM audit_events LIMIT 1
         RETURNING log_id, id)
       INSERT INTO audit_pending (log_id, event_id) SELECT log_id, id FROM e`,
    );
    await logs.prune();
    expect(await events()).toBe(2);
    const tenant = newId();
    await logs.add(tenant, 3, 500);
    await logs.database.asSuperuser(
      'INSERT INTO audit_backfill (log_id, until_id) VALUES ($1, new_event_id())',
      [tenant],
    );
    await logs.prune();
    expect(await events(tenant)).toBe(3);
  });

  it('removes nothing of a log whose tree is not what was signed', async () => {
    const tenant = newId();
    for (const log of [SYSTEM_LOG, tenant]) await logs.add(log, 9, 500);
    await logs.database.asSuperuser(
      `UPDATE audit_leaves SET hash = sha256('other') WHERE log_id = $1 AND leaf_index = 4`,
      [tenant],
    );
    await logs.prune();
    expect([await leaves(), await leaves(tenant)]).toEqual([0, 9]);
    expect(alarms()).toEqual(['audit_pruning_stopped']);
    await logs.database.asSuperuser(
      `UPDATE audit_checkpoints SET note = replace(note, '9', '8') WHERE log_id = $1`,
      [tenant],
    );
    await logs.prune();
    expect(alarms()).toEqual(['audit_pruning_stopped', 'audit_pruning_stopped']);
  });

  it('prunes epochs one after the other, and keeps the last checkpoint and the keys of each', async () => {
    await logs.add(SYSTEM_LOG, 5, 900);
    await logs.database.asSuperuser(`UPDATE installation SET incarnation = 'another'`);
    await logs.add(SYSTEM_LOG, 5, 800);
    await logs.add(SYSTEM_LOG, 5, 10);
    await logs.prune();
    await logs.seal();
    expect(await verdict()).toEqual([[6, 13]]);
    const [{ epoch } = { epoch: 0 }] = await logs.database.asSuperuser<{ epoch: number }>(
      'SELECT epoch FROM installation',
    );
    expect(await logs.database.asSuperuser('SELECT epoch, size::int FROM audit_pruned ORDER BY 1')).toEqual([
      { epoch: 1, size: 5 },
      { epoch, size: 6 },
    ]);
    expect(
      await logs.database.asSuperuser('SELECT epoch, size::int FROM audit_checkpoints ORDER BY 1, 2'),
    ).toEqual([
      { epoch: 1, size: 5 },
      { epoch, size: 6 },
      { epoch, size: 11 },
      { epoch, size: 13 },
    ]);
    expect(await logs.count('audit_log_keys')).toBe(2);
  });

  it('keeps a quiet log open for new events, also that of a deleted tenant', async () => {
    const tenant = newId();
    await logs.add(tenant, 6, 500);
    await logs.prune();
    expect(await leaves(tenant)).toBe(0);
    await logs.seal();
    await logs.add(tenant, 1, 0);
    expect(await verdict()).toEqual([[6, 8]]);
    await logs.age(tenant, 500);
    await logs.prune();
    expect([await leaves(tenant), await logs.count('audit_checkpoints', tenant)]).toEqual([0, 1]);
  });

  it('goes on where it was killed, after any of its transactions', async () => {
    for (const days of [500, 480, 30]) await logs.add(SYSTEM_LOG, 3_000, days);
    let batches = 0;
    // A process that ends after each batch.
    while ((await logs.once(logs.job())) === 'more') {
      batches += 1;
      expect(await verdict()).toEqual([[6_000, 9_000]]);
    }
    expect(batches).toBeGreaterThan(4);
    expect([await leaves(), await events()]).toEqual([3_000, 3_001]);
    expect(await logs.count('audit_removals')).toBe(0);
  }, 60_000);

  it('runs beside the sealer, whose logs stay whole', async () => {
    for (const days of [500, 490, 20]) await logs.add(SYSTEM_LOG, 2_000, days);
    const pruned = { done: false };
    const sealing = (async () => {
      while (!pruned.done) await logs.add(SYSTEM_LOG, 20, 1);
    })();
    await logs.prune();
    pruned.done = true;
    await sealing;
    await logs.seal();
    const [[before, size] = []] = (await verdict()) ?? [];
    expect(before).toBe(4_000);
    expect(size).toBeGreaterThan(6_000);
  }, 60_000);
});
