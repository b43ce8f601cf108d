import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const PATH = '/api/v3.1/secrets';

let room: Strongroom;
let user: As;
let other: As;
let manager: As;
beforeAll(async () => {
  room = await Strongroom.start();
  user = await room.member('default_tenant', 'ulla', 'user');
  other = await room.member('default_tenant', 'otto', 'user');
  manager = await room.member('default_tenant', 'mona', 'manager');
});
afterAll(() => room.stop());

async function put(keys: string, more: object = {}, as: As = user): Promise<void> {
  for (const key of keys.split(' '))
    expect((await room.call(as, 'PUT', `${PATH}/${key}`, { value: `of ${key}`, ...more })).status).toBe(200);
}
const move = (from_prefix: unknown, to_prefix: unknown, more: object = {}, as: As = user) =>
  room.call(as, 'POST', '/api/v3.1/bulk/secrets/move', { from_prefix, to_prefix, ...more });

/** Returns the keys that begin with a prefix, each with whether the value opens and is the one that was put. */
async function valuesOf(prefix: string, as: As = manager): Promise<Record<string, unknown>> {
  const rows = await room.database.asSuperuser<{ key: string }>(
    'SELECT key FROM secrets WHERE starts_with(key, $1) AND deleted_at IS NULL ORDER BY key',
    [prefix],
  );
  const values: Record<string, unknown> = {};
  for (const { key } of rows) values[key] = (await room.call(as, 'GET', `${PATH}/${key}`)).body.value;
  return values;
}

const eventsOf = (requestId: unknown) =>
  room.database.asSuperuser<{ key: string | null; event: string }>(
    `SELECT key, concat_ws(' ', action, outcome) AS event, body::json -> 'detail' AS detail FROM audit_events
     WHERE body::json -> 'caller' ->> 'request_id' = $1 ORDER BY action, key`,
    [requestId],
  );

describe('a move by prefix', () => {
  it('moves all secrets of the prefix, and records each and the whole', async () => {
    await put('app.a app.b app. app');
    const { status, body, headers } = await move('app.', 'old.app.');
    expect([status, body]).toEqual([
      200,
      {
        dry_run: false,
        moves: ['app.', 'app.a', 'app.b'].map((key) => ({ key, new_key: `old.${key}` })),
        conflicts: [],
      },
    ]);
    expect(await valuesOf('app')).toEqual({ app: 'of app' });
    expect(await valuesOf('old.app.')).toEqual({
      'old.app.': 'of app.',
      'old.app.a': 'of app.a',
      'old.app.b': 'of app.b',
    });
    const events = await eventsOf(headers['x-request-id']);
    const whole = { from_prefix: 'app.', to_prefix: 'old.app.', dry_run: 'false', secrets: '3', errors: '0' };
    expect(events).toEqual([
      { key: null, event: 'secret.bulk_move ok', detail: whole },
      ...['app.', 'app.a', 'app.b'].map((key) => ({
        ...{ key, event: 'secret.move ok' },
        detail: { new_key: `old.${key}`, bulk_move: expect.any(String) },
      })),
    ]);
  });

  it('may take the prefix away, or make it longer', async () => {
    await put('long.one long.two');
    expect((await move('long.', '')).status).toBe(200);
    expect(await valuesOf('one')).toEqual({ one: 'of long.one' });
    expect((await move('one', 'one.more')).status).toBe(200);
    expect(await valuesOf('one')).toEqual({ 'one.more': 'of long.one' });
  });

  it('moves nothing where a new key is taken, cannot be, or is that of a secret that moves itself', async () => {
    await put('t.a t.b u.b v.v.a v.a');
    await put('t.c t.d');
    await put('u.c', { visibility: 'private' }, other);
    const taken = await move('t.', 'u.');
    expect([taken.status, taken.body.error_code, taken.body.message]).toEqual([
      409,
      'conflict_error',
      expect.stringMatching(/^Nothing was moved\. .*`u\.b`.*; 1 more cannot move either/),
    ]);
    expect((await move('v.', 'v.v.')).body.message).toContain('`v.v.a`');
    await put('w.1');
    const bad = await move('w.', '');
    expect([bad.status, bad.body.message]).toEqual([400, expect.stringContaining('`w.1` cannot move')]);
    expect(Object.keys(await valuesOf('t.'))).toEqual(['t.a', 't.b', 't.c', 't.d']);
    const dry = await move('t.', 'u.', { dry_run: true });
    expect([dry.status, dry.body]).toEqual([
      200,
      {
        dry_run: true,
        moves: ['a', 'b', 'c', 'd'].map((end) => ({ key: `t.${end}`, new_key: `u.${end}` })),
        conflicts: ['b', 'c'].map((end) => ({
          ...{ key: `t.${end}`, new_key: `u.${end}`, error_code: 'conflict_error' },
          message: expect.stringContaining('already exists'),
        })),
      },
    ]);
  });

  it('changes nothing as a dry run, which is on record', async () => {
    await put('dry.a dry.b');
    const { status, body, headers } = await move('dry.', 'wet.', { dry_run: true });
    expect([status, body.moves]).toEqual([200, [expect.anything(), expect.anything()]]);
    expect(Object.keys(await valuesOf('dry.'))).toEqual(['dry.a', 'dry.b']);
    expect(await valuesOf('wet.')).toEqual({});
    expect(await eventsOf(headers['x-request-id'])).toMatchObject([
      { event: 'secret.bulk_move ok', detail: { dry_run: 'true', secrets: '2', errors: '0' } },
    ]);
  });

  it('is refused by name for a hidden value, and leaves alone what is private to others', async () => {
    await put('h.mine');
    await put('h.hidden', { is_hidden_value: true }, other);
    await put('h.private', { visibility: 'private' }, other);
    const refused = await move('h.', 'i.');
    expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining('`h.hidden`')]);
    expect((await move('h.p', 'i.')).status).toBe(404);
    expect(Object.keys(await valuesOf('h.'))).toEqual(['h.hidden', 'h.mine', 'h.private']);
    await room.call(other, 'DELETE', `${PATH}/h.hidden`);
    expect((await move('h.', 'i.')).body.moves).toEqual([{ key: 'h.mine', new_key: 'i.mine' }]);
    expect(Object.keys(await valuesOf('h.'))).toEqual(['h.private']);
    expect((await move('h.', 'i.', {}, manager)).status).toBe(200);
    expect(Object.keys(await valuesOf('i.'))).toEqual(['i.mine', 'i.private']);
  });

  it('moves global secrets to keys that no tenant has, and else nothing', async () => {
    const elsewhere = await room.tenant('elsewhere', 'user');
    await put('g.everywhere', { visibility: 'global' }, ADMIN);
    await put('g.here');
    await put('there.everywhere there.here', {}, elsewhere);
    const barred = await move('g.', 'there.');
    expect([barred.status, barred.body.message]).toEqual([
      403,
      expect.stringContaining('`g.everywhere` is global'),
    ]);
    const refused = await move('g.', 'there.', {}, ADMIN);
    expect([refused.status, refused.body.message]).toEqual([
      409,
      expect.stringContaining('`there.everywhere`: another tenant has that key'),
    ]);
    expect((await move('g.', 'free.', {}, ADMIN)).status).toBe(200);
    expect(await valuesOf('free.')).toEqual({
      'free.everywhere': 'of g.everywhere',
      'free.here': 'of g.here',
    });
    expect((await room.call(elsewhere, 'GET', `${PATH}/free.everywhere`)).body.value).toBe('of g.everywhere');
    expect((await room.call(elsewhere, 'GET', `${PATH}/g.everywhere`)).status).toBe(404);
  });

  it('is bounded in secrets and in bytes', async () => {
    const secrets_list = Array.from({ length: 501 }, (_, index) => ({
      ...{ key: `many.${index}`, value: `of many.${index}`, visibility: 'tenant', is_hidden_value: false },
      ...{ tenant_name: 'default_tenant', encrypted: false },
    }));
    const list = { secrets_list, override_collisions: false };
    const imported = await room.call(ADMIN, 'POST', `${PATH}/share/import`, list);
    expect(imported.body).toEqual({ colliding_secrets: {}, secrets_errors: {} });
    const many = await move('many.', 'more.');
    expect([many.status, many.body.error_code]).toEqual([400, 'too_costly']);
    await room.call(user, 'DELETE', `${PATH}/many.500`);
    expect((await move('many.', 'more.')).body.moves).toHaveLength(500);
    expect((await room.call(user, 'GET', `${PATH}/more.499`)).body.value).toBe('of many.499');
    await plant('large.', 33, 1024 * 1024);
    const large = await move('large.', 'larger.');
    expect([large.status, large.body.error_code, large.body.message]).toEqual([
      400,
      'too_costly',
      expect.stringContaining('32 MiB'),
    ]);
    const [{ left } = { left: 0 }] = await room.database.asSuperuser<{ left: number }>(
      `SELECT count(*)::integer AS left FROM secrets WHERE starts_with(key, 'large.') AND deleted_at IS NULL`,
    );
    expect(left).toBe(33);
  });

  /** Inserts secrets whose values nobody can open, past the service. */
  async function plant(prefix: string, count: number, bytes: number): Promise<void> {
    await put(`${prefix}model`);
    await room.database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
       SELECT tenant_id, gen_random_uuid(), $1 || n, convert_to(repeat('x', $3), 'UTF8'), 1, created_by, created_by
       FROM secrets, generate_series(1, $2::integer) AS n WHERE key = $1 || 'model'`,
      [prefix, count, bytes],
    );
    await room.call(user, 'DELETE', `${PATH}/${prefix}model`);
  }

  it('needs prefixes that can be, and differ', async () => {
    for (const [from, to, message] of [
      ['', 'x', /`from_prefix` must not be empty/],
      ['a b', 'x', /`from_prefix`/],
      ['a', '1', /`to_prefix` .*must begin with a letter/],
      ['a', undefined, /`to_prefix` is missing/],
      ['a', 'a', /are the same/],
    ] as const) {
      const { status, body } = await move(from, to);
      expect([from, to, status, body.message]).toEqual([from, to, 400, expect.stringMatching(message)]);
    }
    expect((await move('no-such-prefix', 'x')).status).toBe(404);
  });

  it('needs both rights, also by dry run', async () => {
    const viewer = await room.member('default_tenant', 'vera', 'viewer');
    for (const more of [{}, { dry_run: true }])
      expect((await move('app', 'x', more, viewer)).status).toBe(403);
    expect((await move('app', 'x', {}, { ...ADMIN, tenant: 'no-such-tenant' })).status).toBe(403);
  });
});
