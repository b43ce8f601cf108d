import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Lanes } from '../../src/database/lanes.js';
import type { Answer } from '../support/http-client.js';
import { StatementCount } from '../support/statement-count.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const READ = '/api/v3.1/bulk/secrets/read';
const WRITE = '/api/v3.1/bulk/secrets/write';
const CANARY = 'canary-5d1f';

interface Item {
  readonly key: string;
  readonly outcome: string;
  readonly etag?: string;
  readonly secret?: { readonly value: unknown };
}

describe('reading many secrets at once', () => {
  let room: Strongroom;
  let user: As;
  let manager: As;
  let viewer: As;
  let statements: StatementCount;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.stopJobs();
    user = await room.tenant('one');
    manager = await room.member('one', 'manager', 'manager');
    viewer = await room.member('one', 'viewer', 'viewer');
    await room.tenant('two');
    statements = await StatementCount.of(room.database);
    for (const [as, key, body] of [
      [user, 'app.a', { value: `${CANARY}-a` }],
      [user, 'app.b', { value: [12345678901234567890n], schema: {} }],
      [manager, 'app.hidden', { value: `${CANARY}-hidden`, is_hidden_value: true }],
      [manager, 'app.private', { value: `${CANARY}-private`, visibility: 'private' }],
      [{ ...ADMIN, tenant: 'two' }, 'app.global', { value: `${CANARY}-global`, visibility: 'global' }],
      [user, 'apple', { value: 'apple' }],
    ] as const) {
      const answer = await room.send({
        method: 'PUT',
        path: `/api/v3.1/secrets/${key}`,
        headers: {
          ...{ Authorization: `Basic ${Buffer.from(as.login ?? '').toString('base64')}` },
          ...{ tenant: as.tenant ?? '', 'Content-Type': 'application/json' },
        },
        body: JSON.stringify(body, (_, one: unknown) => (typeof one === 'bigint' ? '<big>' : one)).replace(
          '"<big>"',
          '12345678901234567890',
        ),
      });
      expect(answer.status).toBe(200);
    }
  });
  afterAll(() => room.stop());

  const read = (body: object, as = user): Promise<Answer> => room.call(as, 'POST', READ, body);
  const itemsOf = (answer: Answer): readonly Item[] => answer.body.items as Item[];
  const outcomes = (answer: Answer) => itemsOf(answer).map(({ key, outcome }) => [key, outcome]);

  /** Returns the events of the newest request, by action, key and outcome, in the log of any tenant. */
  async function recorded(answer: Answer): Promise<unknown[]> {
    const rows = await room.database.asSuperuser<{
      log: string;
      action: string;
      key: string;
      outcome: string;
    }>(
      `SELECT t.name AS log, action, key, outcome FROM audit_events e JOIN tenants t ON t.id = e.log_id
       WHERE body::json #>> '{caller,request_id}' = $1 ORDER BY key, e.id`,
      [answer.headers['x-request-id']],
    );
    return rows.map(({ log, action, key, outcome }) => [log, action, key, outcome]);
  }

  it('gives each as a read does, says what came of it, and records it, in one statement', async () => {
    const keys = ['app.hidden', 'app.a', 'no.such', 'app.b', 'app.private', 'app.global'];
    const { result: answer, counted } = await statements.during(() => read({ keys, format: 'items' }));
    expect(answer.status).toBe(200);
    expect(Object.values(counted)).toEqual([1, 1]);
    expect(outcomes(answer)).toEqual([
      ['app.hidden', 'hidden'],
      ['app.a', 'ok'],
      ['no.such', 'not_found'],
      ['app.b', 'ok'],
      ['app.private', 'not_found'],
      ['app.global', 'ok'],
    ]);
    expect(answer.body.metadata).toEqual({ next: null });
    expect(answer.text).toContain('[12345678901234567890]');
    expect(await recorded(answer)).toEqual([
      ['one', 'secret.read', 'app.a', 'ok'],
      ['one', 'secret.read', 'app.b', 'ok'],
      ['two', 'secret.read', 'app.global', 'ok'],
      ['one', 'secret.read', 'app.hidden', 'ok'],
      ['one', 'secret.read', 'app.private', 'not_found'],
      ['one', 'secret.read', 'no.such', 'not_found'],
    ]);
    for (const { key, secret, etag } of itemsOf(answer)) {
      const single = await room.call(user, 'GET', `/api/v3.1/secrets/${key}`);
      expect([secret, etag]).toEqual(
        single.status === 404 ? [undefined, undefined] : [single.body, single.headers.etag],
      );
    }
  });

  it('gives what begins with a prefix in the order of keys, page by page, and records that keys were looked for', async () => {
    const first = await read({ prefix: 'app.', size: 3 });
    expect(outcomes(first)).toEqual([
      ['app.a', 'ok'],
      ['app.b', 'ok'],
      ['app.global', 'ok'],
    ]);
    expect(first.body.metadata).toEqual({ next: 'app.global' });
    const second = await read({ prefix: 'app.', size: 3, after: 'app.global' });
    expect(outcomes(second)).toEqual([['app.hidden', 'hidden']]);
    expect(second.body.metadata).toEqual({ next: null });
    expect(await recorded(second)).toEqual([
      ['one', 'secret.read', 'app.hidden', 'ok'],
      ['one', 'secret.list', null, 'ok'],
    ]);
    expect(outcomes(await read({ prefix: 'app.' }, manager)).map(([key]) => key)).toContain('app.private');
    expect(outcomes(await read({ prefix: 'app.' }, { ...user, ...ADMIN, tenant: 'two' }))).toEqual([
      ['app.global', 'ok'],
    ]);
    const keys = ['app.b', 'apple', 'app.a'];
    const page = await read({ keys, size: 2 });
    expect([outcomes(page), page.body.metadata]).toEqual([
      [
        ['app.b', 'ok'],
        ['apple', 'ok'],
      ],
      { next: 'apple' },
    ]);
    expect(outcomes(await read({ keys, size: 2, after: 'apple' }))).toEqual([['app.a', 'ok']]);
  });

  it('gives the values by key, or by name as lines, all of them', async () => {
    const map = await read({ keys: ['app.b', 'app.a', 'app.global'], format: 'map' });
    expect([map.status, map.text]).toEqual([
      200,
      `{"app.b":[12345678901234567890],"app.a":"${CANARY}-a","app.global":"${CANARY}-global"}`,
    ]);
    const refused = await read({ prefix: 'app.', format: 'env' });
    expect([refused.status, refused.headers['content-type']]).toEqual([
      422,
      'application/json; charset=utf-8',
    ]);
    const given = await read({ prefix: 'app.', format: 'env', strip_prefix: 'app' }, manager);
    expect([given.status, given.text.split('\n')[0]]).toEqual([200, `_a='${CANARY}-a'`]);
    expect((await recorded(given)).at(-1)).toEqual(['one', 'secret.list', null, 'ok']);
    const lines = await read({ keys: ['app.b', 'apple'], format: 'env', name: 'upper' });
    expect([lines.status, lines.headers['content-type'], lines.text]).toEqual([
      200,
      'text/plain; charset=utf-8',
      "APP_B='[12345678901234567890]'\nAPPLE='apple'\n",
    ]);
    expect(await recorded(lines)).toEqual([
      ['one', 'secret.read', 'app.b', 'ok'],
      ['one', 'secret.read', 'apple', 'ok'],
    ]);
  });

  it.each(['map', 'env'])(
    'gives no value as %s if one is missing or hidden, and records that',
    async (format) => {
      const answer = await read({
        keys: ['app.a', 'app.hidden', 'no.such', 'app.private', 'app.global'],
        format,
      });
      expect([answer.status, answer.body.error_code, answer.body.items]).toEqual([
        422,
        'bulk_refused',
        [
          { key: 'app.hidden', outcome: 'hidden' },
          { key: 'no.such', outcome: 'not_found' },
          { key: 'app.private', outcome: 'not_found' },
        ],
      ]);
      for (const key of ['app.hidden', 'no.such', 'app.private']) expect(answer.body.message).toContain(key);
      expect(answer.text).not.toContain(CANARY);
      expect(await recorded(answer)).toEqual([
        ['one', 'secret.read', 'app.a', 'refused'],
        ['one', 'secret.read', 'app.global', 'refused'],
        ['one', 'secret.read', 'app.hidden', 'forbidden'],
        ['one', 'secret.read', 'app.private', 'not_found'],
        ['one', 'secret.read', 'no.such', 'not_found'],
      ]);
      const byPrefix = await read({ prefix: 'app.', format });
      expect([byPrefix.status, byPrefix.body.items]).toEqual([
        422,
        [{ key: 'app.hidden', outcome: 'hidden' }],
      ]);
      const nothing = await read({ prefix: 'no.such', format });
      expect([nothing.status, nothing.body.error_code, nothing.body.items]).toEqual([
        422,
        'bulk_refused',
        [],
      ]);
      expect(await recorded(nothing)).toEqual([['one', 'secret.list', null, 'ok']]);
    },
  );

  it('reads nothing if keys have no names, and says which', async () => {
    const bodies = { keys: { keys: ['app.b', 'apple'] }, prefix: { prefix: 'app' } };
    for (const [way, selected] of Object.entries(bodies)) {
      const answer = await read({ ...selected, format: 'env', strip_prefix: 'app.' });
      expect([answer.status, answer.body.error_code]).toEqual([422, 'bulk_refused']);
      expect(answer.body.message).toContain('`apple` does not begin with `strip_prefix`');
      const listing = [['one', 'secret.list', null, 'refused']];
      expect(await recorded(answer)).toEqual(way === 'keys' ? [] : listing);
    }
  });

  it('looks for keys only for who may list them', async () => {
    const path = '/api/v3.1/permissions/viewer/secret_list';
    expect(outcomes(await read({ prefix: 'app.a' }, viewer))).toEqual([['app.a', 'ok']]);
    await room.call(ADMIN, 'DELETE', path);
    for (const selected of [{ prefix: 'app.a' }, { label: 'env=prod' }]) {
      const refused = await read(selected, viewer);
      expect([refused.status, refused.body.error_code]).toEqual([403, 'forbidden_error']);
      expect(refused.body.message).toContain('secret_list');
      expect(await recorded(refused)).toEqual([['one', 'secret.list', null, 'forbidden']]);
    }
    expect(outcomes(await read({ keys: ['app.a'] }, viewer))).toEqual([['app.a', 'ok']]);
    await room.call(ADMIN, 'PUT', path);
  });

  it('ends a page early at 8 MiB, and refuses to give more than that at once', async () => {
    const keys = Array.from({ length: 150 }, (_, index) => `large.${String(index).padStart(3, '0')}`);
    const value = 'v'.repeat(60_000);
    for (const some of [keys.slice(0, 75), keys.slice(75)]) {
      const items = some.map((key) => ({ key, value }));
      expect((await room.call(user, 'POST', WRITE, { mode: 'all_or_nothing', items })).status).toBe(200);
    }
    const lists = room.service.app.get(Lanes).gauges().lists.admitted;
    const first = await read({ prefix: 'large.' });
    expect(room.service.app.get(Lanes).gauges().lists.admitted).toBe(lists + 1);
    const given = itemsOf(first).map(({ key }) => key);
    expect(given).toEqual(keys.slice(0, given.length));
    expect(given.length * 60_000).toBeLessThan(8 * 1024 * 1024);
    expect((given.length + 2) * 60_000).toBeGreaterThan(8 * 1024 * 1024);
    expect(first.body.metadata).toEqual({ next: given.at(-1) });
    const rest = await read({ keys, after: given.at(-1) });
    expect(itemsOf(rest).map(({ key }) => key)).toEqual(keys.slice(given.length));
    for (const selected of [{ keys }, { prefix: 'large.' }]) {
      const map = await read({ ...selected, format: 'map' });
      expect([map.status, map.body.error_code]).toEqual([400, 'too_costly']);
      expect(await recorded(map)).toEqual([]);
    }
  });

  it.each([
    [{}, 'exactly one of `keys`, `prefix` and `label`'],
    [{ keys: ['a'], prefix: 'a' }, 'exactly one of `keys`, `prefix` and `label`'],
    [{ keys: ['a', 'b', 'a'] }, 'the key `a` more than once'],
    [{ keys: ['1st'] }, 'must begin with a letter'],
    [{ keys: Array.from({ length: 501 }, (_, index) => `k${index}`) }, '1 to 500 keys'],
    [{ keys: ['a'], after: 'b' }, '`after` must be one of `keys`'],
    [{ keys: ['a'], format: 'map', size: 1 }, '`size` goes with the format `items`'],
    [{ keys: ['a'], strip_prefix: 'a' }, '`strip_prefix` goes with the format `env`'],
    [{ keys: ['a'], format: 'yaml' }, '`format` must be one of items, map, env'],
    [{ keys: ['a'], label: 'x=y' }, 'exactly one of `keys`, `prefix` and `label`'],
    [{ label: 'x' }, '`label` must be a name, `=` and a value'],
    [{ label: [] }, 'an array of at least one of these'],
    [{ label: null }, '`label` must be a name, `=` and a value'],
    [{ label: ['a=b', { c: 'd' }] }, 'an array of at least one of these'],
    [{ label: '-a=b' }, '`label` has a name that is not valid'],
    [{ label: Array.from({ length: 17 }, (_, index) => `l${index}=`) }, 'at most 16'],
    [{ label: ['a=b', 'a=c'] }, '`label` asks for two values of `a`'],
    [{ keys: ['a'], labels: ['x=y'] }, 'Unknown field "labels"'],
  ])('refuses %j', async (body, message) => {
    const answer = await read(body);
    expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
    expect(answer.body.message).toContain(message);
    expect(await recorded(answer)).toEqual([]);
  });
});
