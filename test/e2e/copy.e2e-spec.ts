import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const PATH = '/api/v3.1/secrets';

let room: Strongroom;
/** Names a user in `one` and in `two`, a viewer in `three`, and no member of `four`. */
let user: As;
let other: As;
let ids: ReadonlyMap<string, string>;
beforeAll(async () => {
  room = await Strongroom.start();
  user = await room.tenant('one');
  other = await room.member('one', 'otto', 'user');
  for (const name of ['two', 'three', 'four']) await room.tenant(name);
  await room.join('one-user', 'two', 'user');
  await room.join('one-user', 'three', 'viewer');
  const rows = await room.database.asSuperuser<{ name: string; id: string }>('SELECT name, id FROM tenants');
  ids = new Map(rows.map(({ name, id }) => [name, id]));
});
afterAll(() => room.stop());

const within = (tenant: string, as: As = user): As => ({ ...as, tenant });
const put = async (key: string, more: object = {}, as: As = user): Promise<Answer> => {
  const answer = await room.call(as, 'PUT', `${PATH}/${key}`, { value: `of ${key}`, ...more });
  expect(answer.status).toBe(200);
  return answer;
};
const copy = (key: string, to: object, as: As = user, headers: Record<string, string> = {}) =>
  room.call(as, 'POST', `${PATH}/${key}/copy`, to, headers);
const read = async (key: string, as: As = user) => {
  const { status, body } = await room.call(as, 'GET', `${PATH}/${key}`);
  return { status, ...body } as Record<string, unknown>;
};
const codeOf = ({ status, body }: Answer) => [status, body.error_code];

type Recorded = readonly [log: string, key: string, event: string, detail: unknown];

/** Returns the events of a request; those of one millisecond have no order. */
const eventsOf = async ({ headers }: Answer) => {
  const rows = await room.database.asSuperuser<{ log: string; key: string; event: string; detail: object }>(
    `SELECT coalesce(t.name, 'system') AS log, e.key, concat_ws(' ', e.action, e.outcome) AS event,
            e.body::json -> 'detail' AS detail
     FROM audit_events e LEFT JOIN tenants t ON t.id = e.log_id
     WHERE e.body::json -> 'caller' ->> 'request_id' = $1 ORDER BY e.id`,
    [headers['x-request-id']],
  );
  return rows.map(({ log, key, event, detail }): Recorded => [log, key, event, detail]);
};

async function expectEvents(answer: Answer, ...expected: readonly Recorded[]): Promise<void> {
  const events = await eventsOf(answer);
  expect(events).toEqual(expect.arrayContaining([...expected]));
  expect(events).toHaveLength(expected.length);
}

describe('a copy of a secret', () => {
  it('is a new secret of the copier, with all that the copier sees of the other', async () => {
    const rest = { schema: { type: 'object' }, description: 'for billing', provider_options: { a: 1 } };
    const created = await put('source', { value: { a: 1.0 }, ...rest, visibility: 'private' });
    await room.call(user, 'PATCH', `${PATH}/source`, { value: { a: 2 } });
    const answer = await copy('source', { key: 'copied' });
    expect([answer.status, answer.body.value]).toEqual([201, '']);
    const source = await read('source');
    const copied = await read('copied');
    expect(copied).toEqual({
      ...{ ...source, key: 'copied', version: 1 },
      ...{ created_at: answer.body.created_at, updated_at: answer.body.updated_at },
    });
    expect(answer.headers.etag).toMatch(/\.1\.[0-9a-f-]{36}"$/);
    expect(String(answer.headers.etag).slice(0, 37)).not.toBe(String(created.headers.etag).slice(0, 37));
    const [{ version } = { version: 0 }] = await room.database.asSuperuser<{ version: number }>(
      `SELECT version FROM secrets WHERE key = 'copied'`,
    );
    expect(version).toBe(1);
    await room.call(user, 'PATCH', `${PATH}/source`, { value: { a: 3 } });
    expect((await read('copied')).value).toEqual({ a: 2 });
  });

  it('stands in the log of each tenant, under one request', async () => {
    await put('traced');
    const [{ id } = { id: '' }] = await room.database.asSuperuser<{ id: string }>(
      `SELECT id FROM secrets WHERE key = 'traced'`,
    );
    await expectEvents(
      await copy('traced', { key: 'traced-2' }),
      ['one', 'traced', 'secret.copy ok', null],
      ['one', 'traced-2', 'secret.copy ok', { source_secret: id }],
    );
    const away = await copy('traced', { tenant: 'two' });
    expect([away.status, away.body.tenant_name]).toEqual([201, 'two']);
    await expectEvents(
      away,
      ['one', 'traced', 'secret.copy ok', { target_tenant: ids.get('two') }],
      ['two', 'traced', 'secret.copy ok', { source_secret: id, source_tenant: ids.get('one') }],
    );
    expect(await read('traced', within('two'))).toMatchObject({
      ...{ value: 'of traced', created_by: 'one-user', tenant_name: 'two' },
    });
    const again = await copy('traced', { tenant: 'two' });
    expect(codeOf(again)).toEqual([409, 'conflict_error']);
    expect((await eventsOf(again)).map(([log, , event]) => `${log} ${event}`).sort()).toEqual([
      'one secret.copy conflict',
      'two secret.copy conflict',
    ]);
    const conditional = await copy('traced', { tenant: 'two' }, user, { 'If-None-Match': '*' });
    expect([conditional.status, conditional.headers.etag]).toEqual([412, expect.any(String)]);
    await expectEvents(
      conditional,
      ['one', 'traced', 'secret.copy conflict', { target_tenant: ids.get('two') }],
      ['two', 'traced', 'secret.copy precondition_failed', null],
    );
  });

  it('is refused alike where there is no such tenant, and where the caller may not create', async () => {
    await put('wanted');
    const refused: [string, Answer][] = [];
    for (const tenant of ['three', 'four', 'no-such', '1!', 'x'.repeat(300)])
      refused.push([tenant, await copy('wanted', { tenant, key: 'there' })]);
    for (const [tenant, answer] of refused) {
      expect(codeOf(answer)).toEqual([403, 'forbidden_error']);
      const [[, first] = ['', answer]] = refused;
      const shown = tenant.length > 80 ? `${tenant.slice(0, 80)}…` : tenant;
      expect(String(answer.body.message)).toBe(String(first.body.message).replace('three', shown));
      const log = ['three', 'four'].includes(tenant) ? tenant : 'system';
      await expectEvents(
        answer,
        ['one', 'wanted', 'secret.copy forbidden', null],
        [log, 'there', 'secret.copy forbidden', null],
      );
    }
    // The log of a tenant tells who tried by name only of its members.
    const request = { 'X-Reason': 'moving house' };
    for (const [tenant, name, reason] of [
      ['three', 'one-user', 'moving house'],
      ['four', null, undefined],
    ] as const) {
      const { headers } = await copy('wanted', { tenant, key: 'there' }, user, request);
      const [event] = await room.database.asSuperuser<{ caller: Record<string, unknown> }>(
        `SELECT body::json -> 'caller' AS caller FROM audit_events
         WHERE log_id = $1 AND body::json -> 'caller' ->> 'request_id' = $2`,
        [ids.get(tenant), headers['x-request-id']],
      );
      expect([event?.caller.actor_name, event?.caller.reason]).toEqual([name, reason]);
      expect(event?.caller.address).toBe(name === null ? null : '127.0.0.1');
    }
    // A source that is not there tells nothing of the target either.
    expect(codeOf(await copy('no-such-key', { tenant: 'no-such' }))).toEqual([403, 'forbidden_error']);
    const viewer = within('three');
    await put('of-three', {}, { login: 'three-user:password-of-three-user', tenant: 'three' });
    const own = await copy('of-three', { key: 'there' }, viewer);
    expect(codeOf(own)).toEqual([403, 'forbidden_error']);
    await expectEvents(own, ['three', 'of-three', 'secret.copy forbidden', null]);
    expect((await copy('of-three', { tenant: 'two' }, viewer)).status).toBe(201);
  });

  it('needs a value that the caller may read, and stays hidden', async () => {
    await put('hidden', { is_hidden_value: true });
    const refused = await copy('hidden', { key: 'shown' }, other);
    expect(codeOf(refused)).toEqual([403, 'forbidden_error']);
    await expectEvents(refused, ['one', 'hidden', 'secret.copy forbidden', null]);
    expect(refused.text).not.toContain('of hidden');
    expect((await copy('hidden', { key: 'hidden-2' })).body).toMatchObject({ is_hidden_value: true });
    expect((await read('hidden-2', other)).value).toBe('');
    await put('private', { visibility: 'private' });
    expect(codeOf(await copy('private', { key: 'mine' }, other))).toEqual([404, 'not_found_error']);
    const { body } = await copy('private', { tenant: 'two' });
    expect(body).toMatchObject({ visibility: 'private', created_by: 'one-user' });
  });

  it('is never global, also of a global secret of another tenant', async () => {
    await put('everywhere', { visibility: 'global' }, { ...ADMIN, tenant: 'four' });
    const answer = await copy('everywhere', { key: 'here' });
    expect([answer.status, answer.body.visibility]).toEqual([201, 'tenant']);
    expect(await read('here')).toMatchObject({ value: 'of everywhere', tenant_name: 'one' });
    const source = { source_tenant: ids.get('four'), source_secret: expect.any(String) as unknown };
    await expectEvents(
      answer,
      ['four', 'everywhere', 'secret.copy ok', { reader_tenant: ids.get('one') }],
      ['one', 'here', 'secret.copy ok', source],
    );
    const taken = await copy('everywhere', { tenant: 'two' });
    expect(codeOf(taken)).toEqual([409, 'conflict_error']);
    expect((await eventsOf(taken)).map(([log, , event]) => `${log} ${event}`).sort()).toEqual([
      'four secret.copy conflict',
      'two secret.copy refused',
    ]);
  });

  it('takes the state of the source, and of the new key', async () => {
    const before = String((await put('conditional')).headers.etag);
    await room.call(user, 'PATCH', `${PATH}/conditional`, { value: 'newer' });
    const stale = await copy('conditional', { key: 'c-2' }, user, { 'If-Match': before });
    expect(codeOf(stale)).toEqual([412, 'precondition_failed']);
    expect((await eventsOf(stale)).map(([, , event]) => event)).toEqual(['secret.copy precondition_failed']);
    const both = { 'If-Match': String(stale.headers.etag), 'If-None-Match': '*' };
    expect((await copy('conditional', { key: 'c-2' }, user, both)).status).toBe(201);
    expect(codeOf(await copy('conditional', { key: 'c-2' }, user, both))).toEqual([
      412,
      'precondition_failed',
    ]);
    const odd = await copy('conditional', { key: 'c-3' }, user, { 'If-None-Match': before });
    expect(codeOf(odd)).toEqual([400, 'bad_parameters_error']);
    expect((await read('c-3')).status).toBe(404);
  });

  it('needs another key or another tenant', async () => {
    await put('lonely');
    for (const to of [{}, { key: 'lonely' }, { tenant: 'one' }, { tenant: 'one', key: 'lonely' }])
      expect([to, (await copy('lonely', to)).body.message]).toEqual([to, expect.stringContaining('another')]);
    for (const to of [{ key: '1st' }, { key: null }, { tenant: null }, { tenant: '' }, { tenant: 7 }])
      expect([to, codeOf(await copy('lonely', to))]).toEqual([to, [400, 'bad_parameters_error']]);
  });
});
