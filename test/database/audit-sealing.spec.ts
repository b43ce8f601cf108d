import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newEvent } from '../../src/audit/audit-event.js';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import type { Sealer } from '../../src/audit-trail/sealing/sealer.js';
import { eventsOf } from '../../src/audit-trail/verify/export-report.js';
import { newId } from '../../src/common/ids.js';
import type { Caller } from '../../src/common/tenant-context.js';
import { createLogger } from '../../src/observability/logger.js';
import { provedTrail } from '../support/proved-trail.js';
import { sealAll, sealerOf } from '../support/sealing.js';
import { IdentityServices } from './identity-services.js';

const CALLER: Caller = {
  actorId: newId(),
  actorName: 'alice',
  method: 'basic',
  requestId: 'r',
  address: null,
};

describe('the sealer', () => {
  let services: IdentityServices;
  let sealer: Sealer;
  let lines: string[];
  const logger = () => createLogger('warn', { write: (line: string) => lines.push(line) });
  beforeEach(async () => {
    lines = [];
    services = await IdentityServices.open();
    sealer = sealerOf(services.rootKeys, logger());
  });
  afterEach(() => services.close());

  const record = (log: string, key: string) =>
    services.audit.record(log, newEvent('secret.read', CALLER, { key }));
  const seal = (by = sealer) => sealAll(by, services.dataSource);
  const verified = () => provedTrail(services.database);
  const alarms = () => lines.map((line) => (JSON.parse(line) as { alarm?: string }).alarm);

  it('makes a leaf of each event, and signs trees that the verifier accepts', async () => {
    const tenant = newId();
    for (const round of [1, 2, 3]) {
      await Promise.all(
        Array.from({ length: 300 * round }, (_, n) => record(n % 3 === 0 ? SYSTEM_LOG : tenant, `k${n}`)),
      );
      await seal();
    }
    const { logs, damage } = await verified();
    expect(damage).toBeUndefined();
    expect(logs).toHaveLength(2);
    const [{ events, leaves, nodes } = { events: 0, leaves: 0, nodes: 0 }] = await services.database
      .asSuperuser<
      Record<'events' | 'leaves' | 'nodes', number>
    >(`SELECT (SELECT count(*)::int FROM audit_events) AS events, (SELECT count(*)::int FROM audit_leaves) AS leaves,
              (SELECT count(*)::int FROM audit_nodes) AS nodes`);
    expect(eventsOf(logs)).toBe(events);
    expect(leaves).toBe(events);
    expect(nodes).toBe(Math.floor(1200 / 256) + Math.floor((events - 1200) / 256));
    expect(await seal()).toBe(1);
    expect(lines).toEqual([]);
  });

  it('is found wrong by the verifier where a sealed event was changed or deleted', async () => {
    for (const n of [1, 2, 3, 4]) await record(SYSTEM_LOG, `k${n}`);
    await seal();
    await services.database.asSuperuser(`UPDATE audit_events SET body = replace(body, '"k2"', '"x2"')`);
    expect((await verified()).damage).toMatchObject({ problem: expect.stringContaining('is not the event') });
    await services.database.asSuperuser(`DELETE FROM audit_events WHERE key = 'k2'`);
    expect((await verified()).damage).toBeDefined();
  });

  it('seals all logs of many, a share of each at a time', async () => {
    const logs = Array.from({ length: 600 }, () => newId());
    await services.database.asSuperuser(
      `SELECT record_events(array_agg(ROW(l, new_event_id(), 'secret.read', 'k', NULL, NULL, NULL, 'ok', NULL, NULL)::audit_entry))
       FROM unnest($1::uuid[]) AS l, generate_series(1, 3)`,
      [logs],
    );
    await seal();
    const { logs: proved, damage } = await verified();
    expect([damage, eventsOf(proved)]).toEqual([undefined, 1_800]);
  });

  it('begins a new epoch in a database that was restored', async () => {
    await record(SYSTEM_LOG, 'before');
    await seal();
    await services.database.asSuperuser(`UPDATE installation SET incarnation = 'another'`);
    await record(SYSTEM_LOG, 'after');
    await seal();
    const { logs, damage } = await verified();
    expect(damage).toBeUndefined();
    expect(logs.map(({ size }) => size)).toEqual([1, 2]);
    expect(logs[1]?.epochStart?.previous.size).toBe(1);
  });

  it('leaves a log alone that is behind what was signed, and seals the others', async () => {
    const tenant = newId();
    for (const log of [SYSTEM_LOG, tenant]) await record(log, 'one');
    await seal();
    for (const log of [SYSTEM_LOG, tenant]) await record(log, 'two');
    await seal();
    await record(tenant, 'three');
    await seal();
    await services.database.asSuperuser(
      `WITH l AS (DELETE FROM audit_leaves WHERE log_id = $1 AND leaf_index > 0),
            c AS (DELETE FROM audit_checkpoints WHERE log_id = $1 AND size > 1)
       UPDATE audit_logs g SET size = 1, frontier = o.hash FROM audit_leaves o
       WHERE g.log_id = $1 AND o.log_id = g.log_id AND o.leaf_index = 0`,
      [tenant],
    );
    for (const log of [SYSTEM_LOG, tenant]) await record(log, 'four');
    await seal();
    expect(alarms()).toEqual(['audit_sealing_stopped']);
    const sizes = await services.database.asSuperuser<{ size: string }>(
      'SELECT size FROM audit_logs ORDER BY log_id',
    );
    expect(sizes.map(({ size }) => Number(size))).toEqual([3, 1]);
  });

  it('signs no history that somebody put in the place of the signed one', async () => {
    await record(SYSTEM_LOG, 'one');
    await seal();
    await services.database.asSuperuser(
      `WITH e AS (UPDATE audit_events SET body = replace(body, '"one"', '"two"') RETURNING body)
       UPDATE audit_logs SET frontier = (SELECT sha256('\\x00'::bytea || convert_to(body, 'UTF8')) FROM e)`,
    );
    await record(SYSTEM_LOG, 'next');
    await seal(sealerOf(services.rootKeys, logger()));
    expect(alarms()).toEqual(['audit_sealing_stopped']);
    expect(await services.database.asSuperuser('SELECT size::int FROM audit_logs')).toEqual([{ size: 1 }]);
  });
});
