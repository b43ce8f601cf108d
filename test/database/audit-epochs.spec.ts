import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SealingAdministration } from '../../src/audit-trail/sealing/sealing-administration.service.js';
import { SealingRepository } from '../../src/audit-trail/sealing/sealing.repository.js';
import { SigningKeysRepository } from '../../src/audit-trail/sealing/signing-keys.repository.js';
import { SigningKeys } from '../../src/audit-trail/sealing/signing-keys.js';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { newId } from '../../src/common/ids.js';
import { RootKeysRepository } from '../../src/tenants/root-keys.repository.js';
import { CALLER, SealedTrail } from '../support/sealed-trail.js';

describe('an epoch', () => {
  let trail: SealedTrail;
  let administration: SealingAdministration;
  beforeEach(async () => {
    trail = await SealedTrail.open();
    const { services } = trail;
    const keys = new SigningKeys(services.rootKeys, new RootKeysRepository(), new SigningKeysRepository());
    const parts = [services.transaction, services.audited, new SealingRepository(), keys] as const;
    administration = new SealingAdministration(...parts);
  });
  afterEach(() => trail.close());

  const tenantId = async (name: string) =>
    (await trail.sql<{ id: string }>('SELECT id FROM tenants WHERE name = $1', [name]))[0]!.id;
  const sizes = async () =>
    (await trail.verified()).logs.map(({ origin, size }) => [origin.split('/').slice(2).length, size]);

  it('has a number that a second restore of the same backup does not repeat', async () => {
    await trail.record(SYSTEM_LOG, 'one');
    await trail.seal();
    const minute = () => Math.floor(Date.now() / 60_000);
    const before = minute();
    await trail.sql(`UPDATE installation SET incarnation = 'another'`);
    await trail.record(SYSTEM_LOG, 'two');
    await trail.seal();
    const [{ epoch } = { epoch: 0 }] = await trail.sql<{ epoch: number }>('SELECT epoch FROM audit_logs');
    expect(epoch).toBeGreaterThanOrEqual(before);
    expect(epoch).toBeLessThanOrEqual(minute());
    const { logs, damage } = await trail.verified();
    expect(damage).toBeUndefined();
    expect(logs.map(({ size }) => size)).toEqual([1, 2]);
    expect(logs[1]?.epochStart?.previous).toMatchObject({ size: 1, root: logs[0]?.root });
  });

  it('begins in a copy of the rows on the same server, as a restored dump has them', async () => {
    await trail.record(SYSTEM_LOG, 'one');
    await trail.seal();
    await trail.sql(`UPDATE installation SET singleton = singleton`);
    await trail.record(SYSTEM_LOG, 'two');
    await trail.seal();
    expect(await sizes()).toEqual([
      [1, 1],
      [2, 2],
    ]);
    await trail.record(SYSTEM_LOG, 'three');
    await trail.seal();
    expect(await sizes()).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });

  it('is begun once by the sealers of two processes', async () => {
    await trail.record(SYSTEM_LOG, 'one');
    await trail.seal();
    await trail.sql(`UPDATE installation SET incarnation = 'another'`);
    await trail.record(SYSTEM_LOG, 'two');
    await Promise.all([trail.seal(), trail.seal(trail.otherSealer())]);
    await trail.seal();
    const [row] = await trail.sql(
      `SELECT count(*)::int AS epochs FROM audit_events WHERE action = 'audit.new_epoch'`,
    );
    expect(row).toEqual({ epochs: 1 });
  });

  it('is not begun where a server does not tell what the one before told', async () => {
    await trail.record(SYSTEM_LOG, 'one');
    await trail.seal();
    await trail.sql(
      `UPDATE installation SET incarnation = regexp_replace(incarnation, '^[^:]*', ''), written_by = pg_current_xact_id()`,
    );
    await trail.record(SYSTEM_LOG, 'two');
    await trail.seal();
    expect(await sizes()).toEqual([[1, 2]]);
    expect(
      await trail.sql('SELECT FROM installation WHERE NOT database_has_moved() AND epoch = 1'),
    ).toHaveLength(1);
  });

  it('is that of each log from its next event on, also of one that was never sealed here', async () => {
    await trail.services.tenants.create('old', CALLER);
    await trail.record(SYSTEM_LOG, 'one');
    await trail.seal();
    const epoch = await administration.beginEpoch('restored by hand', CALLER);
    await trail.services.tenants.create('new', CALLER);
    const [old, young, idle] = [await tenantId('old'), await tenantId('new'), newId()];
    for (const log of [old, young]) await trail.record(log, 'first');
    await trail.seal();
    const epochs = await trail.sql<{ log_id: string; epoch: number }>('SELECT log_id, epoch FROM audit_logs');
    const of = (id: string) => epochs.find(({ log_id }) => log_id === id)?.epoch;
    expect([of(SYSTEM_LOG), of(old), of(young), of(idle)]).toEqual([epoch, epoch, 1, undefined]);
    const { logs, damage } = await trail.verified();
    expect(damage).toBeUndefined();
    expect(logs.map(({ epochStart }) => epochStart?.reason)).toContain('restored by hand');
    const [event] = await trail.sql<{ body: string }>(
      `SELECT body FROM audit_events WHERE action = 'audit.new_epoch' AND log_id = $1`,
      [SYSTEM_LOG],
    );
    expect(JSON.parse(event!.body)).toMatchObject({
      outcome: 'ok',
      caller: { actor_name: 'alice' },
      detail: { reason: 'restored by hand', previous_size: '2' },
    });
  });

  it('lets a log go on that was stopped, because the database is behind what was signed', async () => {
    await trail.record(SYSTEM_LOG, 'one');
    await trail.seal();
    // One that is younger than a second would be replaced.
    await trail.sql(`UPDATE audit_checkpoints SET signed_at = signed_at - interval '1 minute'`);
    await trail.record(SYSTEM_LOG, 'two');
    await trail.seal();
    await trail.record(SYSTEM_LOG, 'three');
    await trail.seal();
    // A snapshot that was put back in place.
    await trail.sql(
      `WITH l AS (DELETE FROM audit_leaves WHERE leaf_index > 0), c AS (DELETE FROM audit_checkpoints WHERE size > 1)
       UPDATE audit_logs g SET size = 1, frontier = o.hash FROM audit_leaves o WHERE o.leaf_index = 0`,
    );
    await trail.record(SYSTEM_LOG, 'four');
    await trail.seal();
    expect(trail.logged).toContainEqual(
      expect.objectContaining({
        alarm: 'audit_sealing_stopped',
        count: 1,
        logs: [{ log: SYSTEM_LOG, epoch: 1, size: 1, problem: 'behind' }],
      }),
    );
    expect(trail.sealer.totals.stopped).toBe(1);
    await administration.beginEpoch('put the snapshot back', CALLER);
    await trail.seal(trail.otherSealer());
    await trail.sql(
      `DELETE FROM audit_events e WHERE NOT EXISTS (SELECT FROM audit_leaves l WHERE l.event_id = e.id)`,
    );
    const { damage, logs } = await trail.verified();
    expect(damage).toBeUndefined();
    expect(logs.map(({ size }) => size)).toEqual([1, 2]);
  });

  it('can follow one that has no leaf yet', async () => {
    await trail.record(SYSTEM_LOG, 'one');
    await trail.seal();
    const first = await administration.beginEpoch('once', CALLER);
    const second = await administration.beginEpoch('twice', CALLER);
    expect(second).toBeGreaterThan(first);
    await trail.record(SYSTEM_LOG, 'two');
    await trail.seal();
    const { damage, logs } = await trail.verified();
    expect(damage).toBeUndefined();
    expect(logs.map(({ size, epochStart }) => [size, epochStart?.reason])).toEqual([
      [1, undefined],
      [3, 'twice'],
    ]);
  });

  it('goes on under a new key, which alone counts from then on, in idle logs too', async () => {
    const idle = newId();
    for (const log of [SYSTEM_LOG, idle]) await trail.record(log, 'one');
    await trail.seal();
    const key = await administration.rotateKey(CALLER);
    expect(key).toBe(2);
    await trail.record(SYSTEM_LOG, 'two');
    await trail.seal();
    expect(
      await trail.sql('SELECT size::int, key_id FROM audit_checkpoints WHERE log_id = $1 ORDER BY size', [
        SYSTEM_LOG,
      ]),
    ).toEqual(expect.arrayContaining([{ size: 3, key_id: 2 }]));
    expect(
      await trail.sql('SELECT log_id, key_id, from_size::int FROM audit_log_keys ORDER BY log_id, key_id'),
    ).toEqual([
      { log_id: SYSTEM_LOG, key_id: 1, from_size: 0 },
      { log_id: SYSTEM_LOG, key_id: 2, from_size: 2 },
      { log_id: idle, key_id: 1, from_size: 0 },
      { log_id: idle, key_id: 2, from_size: 2 },
    ]);
    expect(
      await trail.sql('SELECT id, sealed IS NULL AS erased FROM audit_signing_keys ORDER BY id'),
    ).toEqual([
      { id: 1, erased: true },
      { id: 2, erased: false },
    ]);
    expect((await trail.verified()).damage).toBeUndefined();
    const [event] = await trail.sql<{ body: string }>(
      `SELECT body FROM audit_events WHERE action = 'audit.rotate_signing'`,
    );
    expect(JSON.parse(event!.body)).toMatchObject({ outcome: 'ok', detail: { signing_key: '2' } });
    await trail.record(idle, 'two');
    await trail.seal();
    expect((await trail.verified()).damage).toBeUndefined();
  });

  it('does not go on under a key of the same number that the database before had', async () => {
    const active = (keys: SigningKeys) =>
      trail.services.dataSource.transaction(async (manager) => {
        const [row] = await manager.query<{ id: string }[]>('SELECT id FROM installation');
        const { signer } = await keys.active(manager, row!.id);
        return signer.verifierKey('log').toString();
      });
    const [before, restarted] = [1, 2].map(
      () => new SigningKeys(trail.services.rootKeys, new RootKeysRepository(), new SigningKeysRepository()),
    ) as [SigningKeys, SigningKeys];
    const lost = await active(before);
    await trail.sql('DELETE FROM audit_signing_keys');
    const made = await active(restarted);
    expect(made).not.toBe(lost);
    expect(await active(before)).toBe(made);
  });
});
