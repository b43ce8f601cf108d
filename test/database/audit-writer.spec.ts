import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newEvent } from '../../src/audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { Unavailable } from '../../src/common/errors.js';
import { newId, NIL_UUID } from '../../src/common/ids.js';
import type { Caller } from '../../src/common/tenant-context.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import { APP_ROLE } from '../support/database.js';
import { IdentityServices } from './identity-services.js';
import { lanesOf } from '../support/lanes.js';
import { causedBy } from '../support/caused-by.js';

const SECRET = '0192f0c1-2233-7444-8555-999999999999';

const ALICE: Caller = {
  actorId: '0192f0c1-2233-7444-8555-666677778888',
  actorName: 'alice',
  method: 'basic',
  requestId: 'request-1',
  address: '192.0.2.7',
};

/** Lists texts that an attacker could send as a name, an address or an id. */
const FORGERIES = [
  ['a new line with a record of its own', 'x\n{"action":"secret.delete","outcome":"ok"}\r\n'],
  ['a fragment of JSON', 'x","outcome":"ok","action":"secret.delete","z":{"a":["'],
  ['the end of a string of SQL', `x'); DROP TABLE audit_events; --`],
  ['colours and a cleared screen', '\u001b[31mred\u001b[2J\u0007\b'],
  ['control characters of eight bits', '\u009b31mred\u0085\u007f'],
  ['text turned around', 'x\u202egnp.exe\u2066\u200b\ufeff'],
  ['separators of lines that JSON allows', 'x\u2028y\u2029z'],
  ['NUL and half a surrogate pair', 'a\u0000b\ud800c\udfff'],
  ['a megabyte', 'u'.repeat(1024 * 1024)],
  ['a megabyte to be escaped', '\u0001"\\'.repeat(350_000)],
  ['a cut through a character', `${'a'.repeat(255)}\u{1f511}`],
] as const;

describe('AuditWriter', () => {
  let services: IdentityServices;
  const tenant = newId();
  beforeAll(async () => {
    services = await IdentityServices.open();
  });
  afterAll(() => services.close());

  it('stores exactly the fields of the event, in their order', async () => {
    const event = newEvent('secret.update', ALICE, {
      key: 'db.password',
      secretId: SECRET,
      version: 7,
      revision: 9,
      outcome: 'conflict',
      detail: { owner: 'bob' },
    });
    const before = Date.now();
    await services.audit.record(tenant, event);
    const [body = ''] = await services.bodies(event.id);
    const { time, ...rest } = JSON.parse(body) as { time: string };
    expect(rest).toEqual({
      id: event.id,
      tenant_id: tenant,
      action: 'secret.update',
      key: 'db.password',
      secret_id: SECRET,
      version: 7,
      revision: 9,
      outcome: 'conflict',
      caller: {
        actor_id: ALICE.actorId,
        actor_name: 'alice',
        method: 'basic',
        request_id: 'request-1',
        address: '192.0.2.7',
      },
      detail: { owner: 'bob' },
    });
    expect(Object.keys(JSON.parse(body) as object)).toEqual(
      'id time tenant_id action key secret_id version revision outcome caller detail'.split(' '),
    );
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Date.parse(time) - before)).toBeLessThan(60_000);
    const [row] = await services.database.asSuperuser(
      `SELECT log_id, at, action, actor_id, key, secret_id, revision, outcome FROM audit_events WHERE id = $1`,
      [event.id],
    );
    expect(row).toEqual({
      log_id: tenant,
      at: new Date(time),
      action: 'secret.update',
      actor_id: ALICE.actorId,
      key: 'db.password',
      secret_id: SECRET,
      revision: 9,
      outcome: 'conflict',
    });
  });

  it('keeps what concerns no tenant in the log of the system', async () => {
    const event = newEvent('doctor', { ...ALICE, actorId: null, actorName: null, address: null });
    await services.audit.record(SYSTEM_LOG, event);
    expect(SYSTEM_LOG).toBe(NIL_UUID);
    expect(await services.events(event.id)).toEqual([
      expect.objectContaining({ tenant_id: null, key: null, version: null, outcome: 'ok' }),
    ]);
  });

  it('stands and falls with the transaction of the act', async () => {
    const committed = newEvent('secret.create', ALICE, { key: 'kept' });
    const lost = newEvent('secret.create', ALICE, { key: 'lost' });
    await services.transaction.run(tenant, committed.id, (manager) =>
      services.audit.append(manager, tenant, committed),
    );
    const failing = services.transaction.run(tenant, lost.id, async (manager) => {
      await services.audit.append(manager, tenant, lost);
      throw new Error('the act failed after its event');
    });
    await expect(failing).rejects.toThrow('the act failed after its event');
    expect(await services.events(committed.id)).toHaveLength(1);
    expect(await services.events(lost.id)).toEqual([]);
  });

  it('takes the act back where its event cannot be written', async () => {
    const event = newEvent('user_group.create', ALICE, { key: 'first' });
    await services.audit.record(SYSTEM_LOG, event);
    const repeated = services.transaction.run(SYSTEM_LOG, event.id, async (manager) => {
      await manager.query("INSERT INTO user_groups (id, name) VALUES ($1, 'taken-back')", [newId()]);
      await services.audit.append(manager, SYSTEM_LOG, event);
    });
    await expect(repeated).rejects.toThrow('pk_audit_events');
    const groups = await services.database.asSuperuser("SELECT FROM user_groups WHERE name = 'taken-back'");
    expect([groups.length, (await services.events(event.id)).length]).toEqual([0, 1]);
  });

  it('writes into the log of its transaction only', async () => {
    for (const [opened, other] of [
      [tenant, newId()],
      [tenant, SYSTEM_LOG],
      [SYSTEM_LOG, tenant],
    ] as const) {
      const event = newEvent('secret.read', ALICE, { key: 'elsewhere' });
      const strayed = services.transaction.run(opened, event.id, (manager) =>
        services.audit.append(manager, other, event),
      );
      await expect(strayed).rejects.toThrow('another log');
      expect(await services.events(event.id)).toEqual([]);
    }
    const unopened = newEvent('secret.read', ALICE);
    await expect(services.audit.append(services.dataSource.manager, tenant, unopened)).rejects.toThrow(
      'another log',
    );
    expect(await services.events(unopened.id)).toEqual([]);
  });

  it.each(FORGERIES)('cannot be forged by %s', async (_, text) => {
    const event = newEvent('secret.read', {
      actorId: null,
      actorName: text,
      method: 'none',
      requestId: text,
      address: text,
    });
    await services.audit.record(tenant, { ...event, key: text });
    const bodies = await services.bodies(event.id);
    expect(bodies).toHaveLength(1);
    const [body = ''] = bodies;
    expect(body).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(body.length).toBeLessThan(8 * 1024);
    // By these bytes, an export tells events from its own lines.
    expect(body).toMatch(/^\{"id" : "/);
    const stored = JSON.parse(body) as Record<string, unknown> & { caller: Record<string, string> };
    expect(stored).toMatchObject({ id: event.id, action: 'secret.read', outcome: 'ok', tenant_id: tenant });
    expect(Object.keys(stored)).toHaveLength(11);
    expect(stored.key).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(Object.keys(stored.caller)).toEqual('actor_id actor_name method request_id address'.split(' '));
    const bounds = { actor_name: 256, request_id: 128, address: 64 };
    for (const [field, longest] of Object.entries(bounds)) {
      const expected = text.slice(0, longest).toWellFormed().replaceAll('\u0000', '\ufffd');
      expect(stored.caller[field]).toBe(expected);
    }
  });

  it('ignores what else an object of a caller holds', async () => {
    const more = { ...ALICE, password: 'hunter2', userAgent: 'curl' };
    const event = newEvent('login', more, { outcome: 'failed' });
    await services.audit.record(SYSTEM_LOG, event);
    expect((await services.bodies(event.id)).join('')).not.toMatch(/hunter2|curl/);
  });

  it('names the tenant and the user of a membership, however long', async () => {
    const key = `${'t'.repeat(256)}/${'u'.repeat(256)}`;
    await services.audit.record(SYSTEM_LOG, newEvent('tenant.add_user', ALICE, { key }));
    expect(await services.events(key)).toHaveLength(1);
  });

  it('can be neither read, changed nor deleted by the login of the service', async () => {
    const event = newEvent('secret.read', ALICE, { key: 'untouchable' });
    await services.audit.record(tenant, event);
    for (const statement of [
      'SELECT body FROM audit_events',
      "UPDATE audit_events SET body = '{}'",
      'DELETE FROM audit_events',
      'TRUNCATE audit_events',
      `SELECT record_events(ARRAY[ROW('${tenant}', id, 'a', NULL, NULL, NULL, NULL, 'ok', '{}', NULL)::audit_entry])
       FROM audit_events`,
    ]) {
      const attempt = services.transaction.run(tenant, newId(), (manager) => manager.query(statement));
      await expect(attempt).rejects.toMatchObject(causedBy('permission denied'));
    }
    expect(await services.events(event.id)).toHaveLength(1);
  });

  it('fails where nothing can be recorded', async () => {
    const { url } = services.database;
    const gone = await openServiceDataSource({ url, poolSize: 1, appRole: APP_ROLE, single: false });
    const writer = new AuditWriter(new TenantTransaction(lanesOf(gone)));
    const event = newEvent('secret.read', ALICE);
    await services.database.asSuperuser('ALTER TABLE audit_events RENAME TO audit_events_away');
    try {
      await expect(writer.record(tenant, event)).rejects.toMatchObject(causedBy('audit_events'));
    } finally {
      await services.database.asSuperuser('ALTER TABLE audit_events_away RENAME TO audit_events');
    }
    await gone.destroy();
    await expect(writer.record(tenant, event)).rejects.toBeInstanceOf(Unavailable);
    expect(await services.events(event.id)).toEqual([]);
  });
});
