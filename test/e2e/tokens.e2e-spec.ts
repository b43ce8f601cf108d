import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TokensService } from '../../src/users/tokens/tokens.service.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const TOKENS = '/api/v3.1/tokens';
const SECRETS = '/api/v3.1/secrets';
const TOKEN = /^ctok-[A-Za-z0-9]{10}-[A-Za-z0-9]{40}$/;

describe('tokens', () => {
  let room: Strongroom;
  let alice: As;
  beforeAll(async () => {
    room = await Strongroom.start({ STRONGROOM_TRUSTED_PROXIES: '127.0.0.1' });
    alice = await room.tenant('tokened');
  });
  afterAll(() => room.stop());

  const make = async (as: As, body: object = {}) =>
    (await room.call(as, 'POST', TOKENS, body)).body as Record<string, string>;
  const bear = (token: string, method: string, path: string, body?: unknown, headers = {}) =>
    room.call({ tenant: 'tokened' }, method, path, body, { 'Authentication-Token': token, ...headers });
  const expire = (id: string) =>
    room.database.asSuperuser("UPDATE tokens SET expires_at = now() - interval '1 second' WHERE id = $1", [
      id,
    ]);
  const events = (key: string) =>
    room.database.asSuperuser(
      `SELECT body::json ->> 'action' AS action, body::json ->> 'outcome' AS outcome FROM audit_events
       WHERE body::json ->> 'key' = $1 ORDER BY at, id`,
      [key],
    );

  it('stand for their owner, with the rights that the owner has now', async () => {
    const { value = '', ...rest } = await make(alice, { description: 'for CI' });
    expect(value).toMatch(TOKEN);
    expect(rest).toEqual({
      id: value.split('-')[1],
      username: 'tokened-user',
      role: 'default',
      expiration_date: null,
      last_used: null,
      description: 'for CI',
    });
    expect((await bear(value, 'PUT', `${SECRETS}/by-token`, { value: 'x' })).body.created_by).toBe(
      'tokened-user',
    );
    expect((await room.call(alice, 'GET', `${SECRETS}/by-token`)).body.value).toBe('x');
    await room.database.asSuperuser("UPDATE tenant_users SET role = 'viewer'");
    expect((await bear(value, 'PUT', `${SECRETS}/by-viewer`, { value: 'x' })).status).toBe(403);
    await room.database.asSuperuser("UPDATE tenant_users SET role = 'user'");
    expect((await room.call(alice, 'GET', `${TOKENS}/${rest.id ?? ''}`)).body.last_used).toMatch(/Z$/);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['expired', (id) => expire(id)],
    ['was deleted', (id) => room.call(alice, 'DELETE', `${TOKENS}/${id}`)],
  ])('are not made by a token that %s after it was let in', async (_what, end) => {
    const { id = '', value = '' } = await make(alice, { expiration_date: '+10h' });
    const service = room.service.app.get(TokensService);
    const create = service.create.bind(service);
    service.create = async (...options) => {
      await end(id);
      return create(...options);
    };
    const answer = await bear(value, 'POST', TOKENS, { description: 'outlives' });
    service.create = create;
    expect(answer.status).toBe(403);
    const left = await room.database.asSuperuser("SELECT 1 FROM tokens WHERE description = 'outlives'");
    expect(left).toEqual([]);
  });

  it('are kept as a hash, shown whole once, and written nowhere else', async () => {
    const { id = '', value = '' } = await make(alice);
    const secret = value.split('-')[2]!;
    expect((await room.call(alice, 'GET', `${TOKENS}/${id}`)).body.value).toBe(`ctok-${id}-********`);
    const [dump] = await room.database.asSuperuser<{ all: string }>(
      "SELECT string_agg(t::text, '') || (SELECT string_agg(body, '') FROM audit_events) AS all FROM tokens t",
    );
    expect(dump?.all).toContain(id);
    expect(dump?.all).not.toContain(secret);
    await bear(`ctok-${id}-${'x'.repeat(40)}`, 'GET', SECRETS);
    expect(room.logs.join('\n')).not.toContain(secret);
  });

  it.each([
    ['of another form', 'ctok-short', /Invalid token structure/],
    ['with a word before it', 'Bearer ctok-aaaaaaaaaa-', /Invalid token structure/],
    ['that nobody has', `ctok-${'a'.repeat(10)}-${'b'.repeat(40)}`, /Unauthorized/],
  ])('%s prove nobody', async (_what, token, message) => {
    const answer = await bear(token, 'GET', SECRETS);
    expect([answer.status, answer.body.error_code]).toEqual([401, 'unauthorized_error']);
    expect(answer.body.message).toMatch(message);
  });

  it('that were made by a token end with it at the latest', async () => {
    const { id = '', value = '' } = await make(alice, { expiration_date: '+2h' });
    const expiry = (await room.call(alice, 'GET', `${TOKENS}/${id}`)).body.expiration_date;
    for (const body of [{}, { expiration_date: '+3h' }, { expiration_date: '+1 day' }]) {
      expect((await bear(value, 'POST', TOKENS, body)).body.expiration_date).toBe(expiry);
    }
    const shorter = await bear(value, 'POST', TOKENS, { expiration_date: '+1h' });
    expect(String(shorter.body.expiration_date) < String(expiry)).toBe(true);
    const old = await bear(value, 'GET', '/api/v3/tokens');
    const { value: made } = old.body as { value: string };
    const { body } = await room.call(alice, 'GET', `${TOKENS}/${made.split('-')[1] ?? ''}`);
    expect(body.expiration_date).toBe(expiry);
    const endless = await make(alice);
    expect((await bear(endless.value ?? '', 'POST', TOKENS, {})).body.expiration_date).toBeNull();
  });

  it('that were made by a token are deleted with it, and theirs with them', async () => {
    const parent = await make(alice);
    const sibling = await make(alice);
    const child = (await bear(parent.value ?? '', 'POST', TOKENS, {})).body as Record<string, string>;
    const grandchild = (await bear(child.value ?? '', 'POST', TOKENS, {})).body as Record<string, string>;
    const old = (await bear(parent.value ?? '', 'GET', '/api/v3/tokens')).body as Record<string, string>;
    const all = [parent, child, grandchild, old, sibling];
    const statuses = () =>
      Promise.all(all.map(async ({ value = '' }) => (await bear(value, 'GET', SECRETS)).status));
    expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
    expect((await room.call(alice, 'DELETE', `${TOKENS}/${child.id ?? ''}`)).status).toBe(204);
    expect(await statuses()).toEqual([200, 401, 401, 200, 200]);
    await room.call(alice, 'DELETE', `${TOKENS}/${parent.id ?? ''}`);
    expect(await statuses()).toEqual([401, 401, 401, 401, 200]);
  });

  it('that were made by an expired token are gone when it is', async () => {
    const parent = await make(alice, { expiration_date: '+2h' });
    const child = (await bear(parent.value ?? '', 'POST', TOKENS, { expiration_date: '+1 day' })).body;
    await expire(parent.id ?? '');
    await make(alice);
    expect((await bear(String(child.value), 'GET', SECRETS)).status).toBe(401);
  });

  it('that nobody has are on record one by one, then as a count, and lock nobody out', async () => {
    const { value = '' } = await make(alice);
    await room.database.asSuperuser('TRUNCATE login_failures');
    const failures = () =>
      room.database.asSuperuser(
        `SELECT FROM audit_events WHERE body::json->>'action' = 'login' AND body::json->>'key' IS NULL
           AND body::json->'caller'->>'method' = 'token'`,
      );
    const before = (await failures()).length;
    for (let index = 0; index < 8; index += 1) {
      const token = `ctok-${`nobody${index}`.padEnd(10, 'x')}-${'b'.repeat(40)}`;
      await bear(token, 'GET', SECRETS, undefined, { 'X-Forwarded-For': '203.0.113.9' });
    }
    expect(await failures()).toHaveLength(before + 5);
    expect(await room.database.asSuperuser('SELECT source, refused FROM login_failures')).toEqual([
      { source: '203.0.113.9', refused: 3 },
    ]);
    const from = { 'X-Forwarded-For': '203.0.113.9' };
    expect((await bear(value, 'GET', SECRETS, undefined, from)).status).toBe(200);
    await room.database.asSuperuser('TRUNCATE login_failures');
  });

  it('with another secret part prove nobody, and that is on record', async () => {
    const { id = '' } = await make(alice);
    expect((await bear(`ctok-${id}-${'x'.repeat(40)}`, 'GET', SECRETS)).body.message).toMatch(/Unauthorized/);
    expect(await events('tokened-user')).toContainEqual({ action: 'login', outcome: 'failed' });
  });

  it('end with their time, their owner, and when they are deleted', async () => {
    const expired = await make(alice, { expiration_date: '+10h' });
    await expire(expired.id ?? '');
    expect((await bear(expired.value ?? '', 'GET', SECRETS)).body.message).toMatch(/^Token is expired/);
    const { id = '', value = '' } = await make(alice);
    expect((await room.call(alice, 'GET', `${TOKENS}/${expired.id ?? ''}`)).status).toBe(404);
    const inactive = (active: boolean) =>
      room.database.asSuperuser('UPDATE users SET active = $1 WHERE username = $2', [active, 'tokened-user']);
    await inactive(false);
    expect((await bear(value, 'GET', SECRETS)).body.message).toMatch(/No authentication/);
    await inactive(true);
    expect((await bear(value, 'GET', SECRETS)).status).toBe(200);
    expect((await room.call(alice, 'DELETE', `${TOKENS}/${id}`)).status).toBe(204);
    expect((await bear(value, 'GET', SECRETS)).status).toBe(401);
    expect((await room.call(alice, 'DELETE', `${TOKENS}/${id}`)).status).toBe(404);
    expect(await events(id)).toEqual([
      { action: 'token.create', outcome: 'ok' },
      { action: 'token.delete', outcome: 'ok' },
      { action: 'token.delete', outcome: 'not_found' },
    ]);
  });

  it('do not open a locked account', async () => {
    const { value = '' } = await make(alice);
    for (let guess = 0; guess < 6; guess += 1)
      await room.call({ login: `tokened-user:wrong-${guess}`, tenant: 'tokened' }, 'GET', SECRETS);
    expect((await bear(value, 'GET', SECRETS)).body.message).toMatch(/locked account/);
    await room.setPassword('tokened-user', 'password-of-tokened-user');
    expect((await bear(value, 'GET', SECRETS)).status).toBe(200);
  });

  it('do not change the password of their owner', async () => {
    const { value = '' } = await make(alice);
    const answer = await bear(value, 'POST', '/api/v3.1/users/tokened-user', { password: 'stolen-password' });
    expect(answer.status).toBe(403);
    expect((await room.call(alice, 'GET', SECRETS)).status).toBe(200);
  });

  it('of others are there for administrators only', async () => {
    const { id = '' } = await make(ADMIN);
    expect((await room.call(alice, 'GET', `${TOKENS}/${id}`)).status).toBe(404);
    expect((await room.call(alice, 'DELETE', `${TOKENS}/${id}`)).status).toBe(404);
    const own = (await room.call(alice, 'GET', TOKENS)).body.items as { username: string }[];
    expect(new Set(own.map(({ username }) => username))).toEqual(new Set(['tokened-user']));
    const all = (await room.call(ADMIN, 'GET', TOKENS)).body.items as { username: string }[];
    expect(new Set(all.map(({ username }) => username))).toEqual(new Set(['admin', 'tokened-user']));
  });

  it('come by GET on version 3, for ten hours', async () => {
    const { body } = await room.call(alice, 'GET', '/api/v3/tokens');
    expect(body).toEqual({ value: expect.stringMatching(TOKEN), role: 'user' });
    expect((await bear(String(body.value), 'GET', SECRETS)).status).toBe(200);
    const [row] = await room.database.asSuperuser<{ hours: number }>(
      'SELECT round(extract(epoch FROM expires_at - now()) / 3600)::int AS hours FROM tokens WHERE id = $1',
      [String(body.value).split('-')[1]],
    );
    expect(row?.hours).toBe(10);
  });

  it('stand back where Basic is tried, even in vain', async () => {
    const { value = '' } = await make(alice);
    const wrong = { login: 'tokened-user:wrong', tenant: 'tokened' };
    expect(
      (await room.call(wrong, 'GET', SECRETS, undefined, { 'Authentication-Token': value })).status,
    ).toBe(401);
    await room.setPassword('tokened-user', 'password-of-tokened-user');
  });

  describe('are ended all at once', () => {
    /** Makes two tokens of a new user, one of them by the other. */
    async function newcomer(username: string) {
      const as = await room.member('tokened', username, 'user');
      const first = await make(as);
      const second = (await bear(first.value ?? '', 'POST', TOKENS, {})).body;
      const values = [first.value ?? '', String(second.value)];
      const statuses = () =>
        Promise.all(values.map(async (value) => (await bear(value, 'GET', SECRETS)).status));
      expect(await statuses()).toEqual([200, 200]);
      return { as, username, values, statuses };
    }

    it('by their user, also with one of them, and those of others stay', async () => {
      const [one, other] = [await newcomer('ends-own'), await newcomer('ends-none')];
      const answer = await bear(one.values[1] ?? '', 'DELETE', TOKENS);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect([await one.statuses(), await other.statuses()]).toEqual([
        [401, 401],
        [200, 200],
      ]);
      expect(await events('ends-own')).toContainEqual({ action: 'token.delete_all', outcome: 'ok' });
      expect((await room.call(one.as, 'DELETE', TOKENS)).status).toBe(204);
      expect((await room.call(one.as, 'GET', TOKENS)).body.items).toEqual([]);
      expect((await make(one.as)).value).toMatch(TOKEN);
    });

    it('by an administrator for somebody else', async () => {
      const { username, statuses, as } = await newcomer('ended');
      const path = `/api/v3.1/users/${username}/tokens`;
      const refused = await room.call(as, 'DELETE', path);
      expect([refused.status, refused.body.message]).toEqual([
        403,
        expect.stringMatching(/manage_others_tokens/),
      ]);
      expect(await statuses()).toEqual([200, 200]);
      expect((await room.call(ADMIN, 'DELETE', '/api/v3.1/users/ENDED/tokens')).status).toBe(204);
      expect(await statuses()).toEqual([401, 401]);
      expect((await room.call(ADMIN, 'DELETE', '/api/v3.1/users/nobody/tokens')).status).toBe(404);
      expect(await events('nobody')).toEqual([{ action: 'token.delete_all', outcome: 'not_found' }]);
    });

    it.each(['v3', 'v3.1'])('with a change of password on request, under %s', async (version) => {
      const username = `changes-under-${version.replace('.', '-')}`;
      const { as, statuses } = await newcomer(username);
      const change = (who: As, body: object) =>
        room.call(who, 'POST', `/api/${version}/users/${username}`, body);
      expect((await change(as, { password: 'the-second' })).status).toBe(200);
      expect(await statuses()).toEqual([200, 200]);
      const now = { ...as, login: `${username}:the-second` };
      expect((await change(now, { password: 'the-third', end_tokens: false })).status).toBe(200);
      expect(await statuses()).toEqual([200, 200]);
      expect((await change(ADMIN, { password: 'the-fourth', end_tokens: true })).status).toBe(200);
      expect(await statuses()).toEqual([401, 401]);
      const details = await room.database.asSuperuser(
        `SELECT body::json -> 'detail' ->> 'end_tokens' AS ended FROM audit_events
         WHERE body::json ->> 'key' = $1 AND body::json ->> 'action' = 'user.set_password' ORDER BY at, id`,
        [username],
      );
      expect(details).toEqual([{ ended: null }, { ended: null }, { ended: 'true' }]);
    });

    it('with a change of password only', async () => {
      for (const body of [{ end_tokens: true }, { role: 'default', end_tokens: true }]) {
        const answer = await room.call(ADMIN, 'POST', '/api/v3.1/users/tokened-user', body);
        expect(answer.status).toBe(400);
      }
      const answer = await room.call(ADMIN, 'POST', '/api/v3.1/users/tokened-user', {
        role: 'default',
        end_tokens: true,
      });
      expect(answer.body.message).toBe('`end_tokens` can only be given with a `password`');
    });

    it('and who was let in before makes none afterwards', async () => {
      const { as, username } = await newcomer('was-let-in');
      const service = room.service.app.get(TokensService);
      const create = service.create.bind(service);
      const ends = [
        () => room.call(ADMIN, 'DELETE', `/api/v3.1/users/${username}/tokens`),
        () =>
          room.call(ADMIN, 'POST', `/api/v3.1/users/${username}`, {
            password: 'the-second',
            end_tokens: true,
          }),
      ];
      for (const end of ends) {
        service.create = async (...options) => {
          await end();
          return create(...options);
        };
        const answer = await room.call(as, 'POST', TOKENS, {});
        service.create = create;
        expect([answer.status, answer.body.message]).toEqual([403, expect.stringMatching(/were ended/)]);
      }
      const now = { ...as, login: `${username}:the-second` };
      expect((await room.call(now, 'GET', TOKENS)).body.items).toEqual([]);
      expect((await make(now)).value).toMatch(TOKEN);
    });

    it('while others are made, deleted and ended, without a deadlock', async () => {
      const { as, username } = await newcomer('contended');
      const statuses = new Set<number>();
      const act = async (work: () => Promise<{ status: number }>) => {
        for (let round = 0; round < 8; round += 1) statuses.add((await work()).status);
      };
      const descend = async () => {
        const { id = '', value = '' } = await make(as);
        const child = await bear(value, 'POST', TOKENS, {});
        await room.call(as, 'DELETE', `${TOKENS}/${id}`);
        return child;
      };
      const end = () => room.call(ADMIN, 'DELETE', `/api/v3.1/users/${username}/tokens`);
      await Promise.all([
        act(descend),
        act(descend),
        act(descend),
        act(end),
        act(() => room.call(as, 'DELETE', TOKENS)),
      ]);
      expect([...statuses].filter((status) => ![200, 204, 401, 403].includes(status))).toEqual([]);
    });
  });

  it.each([
    [{ expiration_date: '2001-01-01 00:00' }, /date.*in.*past/],
    [{ expiration_date: 'tomorrow' }, /YYYY-MM-DD/],
    [{ expiration_date: '2030-02-31 00:00' }, /YYYY-MM-DD/],
    [{ expiration_date: 7 }, /string/],
    [{ description: ['x'] }, /string/],
    [{ description: 'x'.repeat(1_025) }, /1024/],
  ])('are refused for %j', async (body, message) => {
    const answer = await room.call(alice, 'POST', TOKENS, body);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringMatching(message)]);
  });
});
