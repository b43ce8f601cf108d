import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

interface Event {
  action: string;
  key: string | null;
  outcome: string;
  version: number | null;
  tenant_id: string | null;
  caller: Record<string, unknown>;
}

describe('the record of what was done', () => {
  let room: Strongroom;
  let tenant: As & { login: string; tenant: string };
  beforeAll(async () => {
    room = await Strongroom.start();
    tenant = await room.tenant('recorded');
  });
  afterAll(() => room.stop());

  const events = async (filter = 'true'): Promise<Event[]> =>
    (
      await room.database.asSuperuser<{ body: string }>(
        `SELECT body FROM audit_events WHERE (${filter}) ORDER BY at, id`,
      )
    ).map(({ body }) => JSON.parse(body) as Event);
  const about = (key: string) => events(`body::json->>'key' = '${key}'`);
  const summary = (list: Event[]) => list.map(({ action, outcome, version }) => [action, outcome, version]);

  it('has one event for every act, the refused ones too', async () => {
    for (const [method, value] of [
      ['PUT', 'a'],
      ['PUT', 'a'],
      ['GET'],
      ['PATCH', 'b'],
      ['PATCH', 'b'],
      ['DELETE'],
      ['GET'],
      ['PATCH', 'c'],
      ['DELETE'],
    ] as const) {
      await room.secret(tenant, method, 'traced', value);
    }
    expect(summary(await about('traced'))).toEqual([
      ['secret.create', 'ok', 1],
      ['secret.create', 'conflict', null],
      ['secret.read', 'ok', 1],
      ['secret.update', 'ok', 2],
      ['secret.update', 'ok', 2],
      ['secret.delete', 'ok', 2],
      ['secret.read', 'not_found', null],
      ['secret.update', 'not_found', null],
      ['secret.delete', 'not_found', null],
    ]);
    const lists = (await events("body::json->>'action' = 'secret.list'")).length;
    await room.call(tenant, 'GET', '/api/v3/secrets');
    expect(await events("body::json->>'action' = 'secret.list'")).toHaveLength(lists + 1);
  });

  it('names who, from where, how, and which request', async () => {
    await room.call(tenant, 'GET', '/api/v3/secrets/named', undefined, { 'X-Request-Id': 'request-77' });
    const [event] = await about('named');
    expect(Object.keys(event ?? {})).toEqual([
      'id',
      'time',
      'tenant_id',
      'action',
      'key',
      'secret_id',
      'version',
      'revision',
      'outcome',
      'caller',
      'detail',
    ]);
    expect(event?.caller).toEqual({
      actor_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      actor_name: 'recorded-user',
      method: 'basic',
      request_id: 'request-77',
      address: '127.0.0.1',
    });
  });

  it('says which secret it was, and as of which revision', async () => {
    const made = await room.call(tenant, 'PUT', '/api/v3.1/secrets/pointed-at', { value: 'a' });
    await room.secret(tenant, 'PATCH', 'pointed-at', 'b');
    await room.secret(tenant, 'GET', 'pointed-at');
    await room.secret(tenant, 'DELETE', 'pointed-at');
    const [{ id } = { id: '' }] = await room.database.asSuperuser<{ id: string }>(
      "SELECT DISTINCT secret_id AS id FROM audit_events WHERE key = 'pointed-at'",
    );
    expect([made.status, id]).toEqual([200, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(await about('pointed-at')).toEqual(
      [1, 2, 2, 2].map((revision) => expect.objectContaining({ secret_id: id, revision }) as unknown),
    );
    const beside = await room.database.asSuperuser(
      `SELECT FROM audit_events e WHERE (body::json->>'action', body::json->>'outcome', body::json->>'key')
           IS DISTINCT FROM (action, outcome, key)
         OR (body::json->>'secret_id', body::json->>'revision') IS DISTINCT FROM (secret_id::text, revision::text)
         OR body::json->'caller'->>'actor_id' IS DISTINCT FROM actor_id::text OR body::json->>'id' <> id::text`,
    );
    expect(beside).toEqual([]);
  });

  it('tells the owner of a global secret the ids of a reader from elsewhere, and neither name nor address', async () => {
    const reader = await room.tenant('passing-by');
    const admin = { ...ADMIN, tenant: 'recorded' };
    await room.call(admin, 'PUT', '/api/v3.1/secrets/for-all', { value: 'a', visibility: 'global' });
    const headers = { 'X-Request-Id': 'request-of-reader' };
    const answer = await room.call(reader, 'GET', '/api/v3.1/secrets/for-all', undefined, headers);
    expect(answer.status).toBe(200);
    const [ids] = await room.database.asSuperuser<{ owner: string; reader: string; user: string }>(
      `SELECT (SELECT id FROM tenants WHERE name = 'recorded') AS owner,
              (SELECT id FROM tenants WHERE name = 'passing-by') AS reader,
              (SELECT id FROM users WHERE username = 'passing-by-user') AS user`,
    );
    const [, read] = await about('for-all');
    expect(read).toMatchObject({
      action: 'secret.read',
      outcome: 'ok',
      tenant_id: ids?.owner,
      detail: { reader_tenant: ids?.reader },
    });
    expect(read?.caller).toEqual({
      actor_id: ids?.user,
      actor_name: null,
      method: 'basic',
      request_id: 'request-of-reader',
      address: null,
    });
    expect(JSON.stringify(read)).not.toMatch(/passing-by|127\.0\.0\.1/);
    // The tenant's log holds everything about its own readers.
    await room.secret(tenant, 'GET', 'for-all');
    expect((await about('for-all')).at(-1)?.caller).toMatchObject({
      actor_name: 'recorded-user',
      address: '127.0.0.1',
    });
  });

  it('puts a stranger into the log of the tenant that was tried, and unknown tenants into the log of the system', async () => {
    const stranger = await room.tenant('elsewhere');
    const request = { 'X-Request-ID': 'request-of-stranger', 'X-Reason': 'prying' };
    const intruder = { ...stranger, tenant: 'recorded' };
    await room.call(intruder, 'GET', '/api/v3.1/secrets/forbidden-one', undefined, request);
    await room.secret({ ...stranger, tenant: 'no-such' }, 'GET', 'forbidden-two');
    await room.secret({ login: stranger.login }, 'GET', 'forbidden-three');
    const [one] = await about('forbidden-one');
    const [{ id } = { id: '' }] = await room.database.asSuperuser<{ id: string }>(
      "SELECT id FROM tenants WHERE name = 'recorded'",
    );
    expect(one).toMatchObject({ action: 'secret.read', outcome: 'forbidden', tenant_id: id });
    expect(one?.caller).toEqual({
      actor_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      actor_name: null,
      method: 'basic',
      request_id: 'request-of-stranger',
      address: null,
    });
    for (const key of ['forbidden-two', 'forbidden-three']) {
      expect(await about(key)).toEqual([
        expect.objectContaining({
          outcome: 'forbidden',
          tenant_id: null,
          caller: expect.objectContaining({ actor_name: 'elsewhere-user', address: '127.0.0.1' }),
        }),
      ]);
    }
    const before = (await events()).length;
    await room.secret({ tenant: 'recorded' }, 'GET', 'anonymous');
    expect(await events()).toHaveLength(before);
  });

  it('names a refused member, directly or through a group, in the log of the tenant', async () => {
    const viewer = await room.member('recorded', 'vera', 'viewer');
    await room.user('gerda', 'password of gerda');
    await room.group('guests', ['gerda'], { tenant: 'recorded', role: 'viewer' });
    for (const [name, as] of [
      ['vera', viewer],
      ['gerda', { login: 'gerda:password of gerda', tenant: 'recorded' }],
    ] as const) {
      expect((await room.secret(as, 'PUT', `barred-${name}`, 'x')).status).toBe(403);
      const [event] = await about(`barred-${name}`);
      expect(event).toMatchObject({
        outcome: 'forbidden',
        caller: { actor_name: name, address: '127.0.0.1' },
      });
    }
  });

  it('cannot be forged by what callers send', async () => {
    const ugly = 'x","action":"secret.delete","outcome":"ok\n\u001b[31m';
    await room.call(tenant, 'GET', `/api/v3/secrets/${encodeURIComponent(ugly)}`, undefined, {
      'User-Agent': 'u'.repeat(8000),
      'X-Forwarded-For': '1.2.3.4',
    });
    await room.secret({ ...tenant, tenant: 'elsewhere' }, 'GET', encodeURIComponent(ugly));
    const forged = await events("body::json->>'action' = 'secret.delete' AND body::json->>'key' LIKE 'x%'");
    expect(forged).toEqual([]);
    for (const event of await events()) expect(event.caller.address).not.toBe('1.2.3.4');
  });
});
