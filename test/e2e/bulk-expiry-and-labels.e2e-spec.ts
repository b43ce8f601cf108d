import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const READ = '/api/v3.1/bulk/secrets/read';
const CANARY = 'canary-2f90';

interface Item {
  readonly key: string;
  readonly outcome: string;
  readonly secret?: { readonly value: unknown };
}

let room: Strongroom;
let user: As;
let manager: As;
let elsewhere: As;
beforeAll(async () => {
  room = await Strongroom.start();
  await room.stopJobs();
  user = await room.tenant('one');
  manager = await room.member('one', 'manager', 'manager');
  await room.tenant('two');
  elsewhere = { ...ADMIN, tenant: 'two' };
});
afterAll(() => room.stop());

const read = (body: object, as = user): Promise<Answer> => room.call(as, 'POST', READ, body);
const outcomes = ({ body }: Answer) => (body.items as Item[]).map(({ key, outcome }) => [key, outcome]);

async function put(key: string, more: object = {}, as = user): Promise<void> {
  const answer = await room.call(as, 'PUT', `/api/v3.1/secrets/${key}`, {
    value: `${CANARY}-${key}`,
    ...more,
  });
  expect([key, answer.status]).toEqual([key, 200]);
}

/** Returns the events of a request, by log, key and outcome. */
async function recorded({ headers }: Answer): Promise<unknown[]> {
  const rows = await room.database.asSuperuser<{ log: string; key: string | null; outcome: string }>(
    `SELECT t.name AS log, key, outcome FROM audit_events e JOIN tenants t ON t.id = e.log_id
     WHERE body::json #>> '{caller,request_id}' = $1 ORDER BY key, e.id`,
    [headers['x-request-id']],
  );
  return rows.map(({ log, key, outcome }) => [log, key, outcome]);
}

describe('a bulk read of what has expired', () => {
  const KEYS = ['old.global', 'old.hidden', 'old.plain', 'old.private', 'old.valid'];
  beforeAll(async () => {
    const expires_at = '+1h';
    await put('old.plain', { expires_at });
    await put('old.hidden', { expires_at, is_hidden_value: true }, manager);
    await put('old.private', { expires_at, visibility: 'private' }, manager);
    await put('old.global', { expires_at, visibility: 'global' }, elsewhere);
    await put('old.valid', { expires_at });
    await room.database.asSuperuser(
      `UPDATE secrets SET expires_at = now() - interval '1 minute' WHERE key = ANY ($1::text[])`,
      [KEYS.slice(0, 4)],
    );
  });

  it('says so of each that the caller may see, without the secret, and records it where a read does', async () => {
    const answer = await read({ keys: KEYS });
    expect([answer.status, answer.body.items]).toEqual([
      200,
      [
        ...['old.global', 'old.hidden', 'old.plain'].map((key) => ({ key, outcome: 'expired' })),
        { key: 'old.private', outcome: 'not_found' },
        expect.objectContaining({ key: 'old.valid', outcome: 'ok' }),
      ],
    ]);
    expect(answer.text.split(CANARY)).toHaveLength(2);
    expect(await recorded(answer)).toEqual([
      ['two', 'old.global', 'expired'],
      ['one', 'old.hidden', 'expired'],
      ['one', 'old.plain', 'expired'],
      ['one', 'old.private', 'not_found'],
      ['one', 'old.valid', 'ok'],
    ]);
    const ofManager = await read({ prefix: 'old.' }, manager);
    expect(outcomes(ofManager)).toEqual(KEYS.map((key) => [key, key === 'old.valid' ? 'ok' : 'expired']));
    expect(ofManager.text.split(CANARY)).toHaveLength(2);
  });

  it.each(['map', 'env'])(
    'gives no value as %s, names what has expired, and records that',
    async (format) => {
      const answer = await read({ keys: KEYS, format }, manager);
      const expired = KEYS.slice(0, 4);
      expect([answer.status, answer.body.error_code, answer.body.items]).toEqual([
        ...[422, 'bulk_refused'],
        expired.map((key) => ({ key, outcome: 'expired' })),
      ]);
      expect(answer.body.message).toContain(`these have expired: ${expired.join(', ')};`);
      expect(answer.text).not.toContain(CANARY);
      expect(await recorded(answer)).toEqual(
        KEYS.map((key) => ['one', key, key === 'old.valid' ? 'refused' : 'expired']),
      );
      const byPrefix = await read({ prefix: 'old.p', format }, manager);
      expect([byPrefix.status, byPrefix.body.message]).toEqual([
        422,
        expect.stringContaining('these have expired: old.plain, old.private;'),
      ]);
    },
  );
});

describe('a bulk read by labels', () => {
  const PROD = { env: 'prod' };
  beforeAll(async () => {
    await put('lab.a', { labels: { ...PROD, team: 'a=b' } });
    await put('lab.b', { labels: { env: 'test', team: 'a=b' } });
    await put('lab.c', { labels: PROD, is_hidden_value: true }, manager);
    await put('lab.d', { labels: { ...PROD, team: 'x' }, visibility: 'private' }, manager);
    await put('lab.e', { labels: { ...PROD, team: 'a=b' }, visibility: 'private' });
    await put('lab.f', { labels: { ...PROD, team: 'a=b' }, visibility: 'global' }, elsewhere);
    await put('lab.g', { labels: PROD }, elsewhere);
    await put('lab.h');
  });

  it('gives those that a list with the labels shows, and records that keys were looked for', async () => {
    const labels = ['env=prod', ['env=prod', 'team=a=b'], ['team=a=b'], ['env=prod', 'env=prod'], 'env='];
    for (const as of [user, manager, elsewhere])
      for (const label of labels) {
        const query = [label].flat().map((one) => `_label=${encodeURIComponent(one)}`);
        const listed = await room.call(as, 'GET', `/api/v3.1/secrets?${query.join('&')}&_sort=key`);
        const answer = await read({ label }, as);
        expect(outcomes(answer).map(([key]) => key)).toEqual(
          (listed.body.items as Item[]).map(({ key }) => key),
        );
        expect(await recorded(answer)).toContainEqual([as.tenant, null, 'ok']);
      }
    expect(outcomes(await read({ label: 'env=prod' }))).toEqual([
      ['lab.a', 'ok'],
      ['lab.c', 'hidden'],
      ['lab.e', 'ok'],
      ['lab.f', 'ok'],
    ]);
  });

  it('goes page by page, and gives the values by key or by name', async () => {
    const label = ['env=prod', 'team=a=b'];
    const first = await read({ label, size: 2 });
    expect([outcomes(first), first.body.metadata]).toEqual([
      [
        ['lab.a', 'ok'],
        ['lab.e', 'ok'],
      ],
      { next: 'lab.e' },
    ]);
    const second = await read({ label, size: 2, after: 'lab.e' });
    expect([outcomes(second), second.body.metadata]).toEqual([[['lab.f', 'ok']], { next: null }]);
    const given = ['lab.a', 'lab.e', 'lab.f'];
    const map = await read({ label, format: 'map' });
    expect(map.body).toEqual(Object.fromEntries(given.map((key) => [key, `${CANARY}-${key}`])));
    const env = await read({ label, format: 'env', strip_prefix: 'lab.' });
    expect(env.text).toBe(given.map((key) => `${key.slice(4)}='${CANARY}-${key}'\n`).join(''));
  });

  it.each(['map', 'env'])('gives all as %s or none', async (format) => {
    const hidden = await read({ label: 'env=prod', format });
    expect([hidden.status, hidden.body.items]).toEqual([422, [{ key: 'lab.c', outcome: 'hidden' }]]);
    expect(hidden.text).not.toContain(CANARY);
    const nothing = await read({ label: ['env=prod', 'team=none'], format });
    expect([nothing.status, nothing.body.message]).toEqual([
      422,
      expect.stringContaining('no secret that you see has what `label` asks for, env=prod, team=none;'),
    ]);
  });

  it('finds them too where more have the labels than an index picks', async () => {
    await room.database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, visibility, version_created_by, created_by, labels)
       SELECT s.tenant_id, gen_random_uuid(), concat('many.', v, '.', n), '', 1, v, s.created_by, s.created_by, '{"many":""}'
       FROM secrets s, (VALUES ('lab.a', 'tenant'), ('lab.g', 'global')) AS x (key, v), generate_series(1, 3001) AS n
       WHERE s.key = x.key`,
    );
    await put('more.a', { labels: { many: '' } });
    await put('more.b');
    await put('more.c', { labels: { many: '' }, visibility: 'private' }, manager);
    await put('more.d', { labels: { many: '' }, visibility: 'global' }, elsewhere);
    expect(outcomes(await read({ label: 'many=', after: 'many.z' }))).toEqual([
      ['more.a', 'ok'],
      ['more.d', 'ok'],
    ]);
  });
});

describe('a bulk write', () => {
  const FUTURE = '2999-03-20T08:00:00.000Z';
  const PAST = '2020-03-20T08:00:00.000Z';
  const write = (mode: string, items: readonly object[]): Promise<Answer> =>
    room.call(user, 'POST', '/api/v3.1/bulk/secrets/write', { mode, items });
  const attributesOf = async (key: string): Promise<unknown> => {
    const { status, body } = await room.call(user, 'GET', `/api/v3.1/secrets/${key}`);
    return status === 200 ? [body.expires_at, body.labels, body.max_versions] : status;
  };

  it.each(['each', 'all_or_nothing'])(
    'takes expiry, labels and the number of versions of each item (%s)',
    async (mode) => {
      const [made, plain] = [`attributes.${mode}.made`, `attributes.${mode}.plain`];
      const given = { key: made, value: 'x', expires_at: FUTURE, labels: { mode }, max_versions: 3 };
      const answer = await write(mode, [given, { key: plain, value: 'x' }]);
      expect([answer.status, answer.body.metadata]).toEqual([200, { written: 2, refused: 0 }]);
      expect(await attributesOf(made)).toEqual([FUTURE, { mode }, 3]);
      expect(await attributesOf(plain)).toEqual([null, {}, null]);
      const update = { update_if_exists: true, value: 'y' };
      const updated = await write(mode, [
        { ...update, key: made, labels: {} },
        { ...update, key: plain, expires_at: FUTURE },
      ]);
      expect([updated.status, updated.body.metadata]).toEqual([200, { written: 2, refused: 0 }]);
      expect(await attributesOf(made)).toEqual([FUTURE, {}, 3]);
      expect(await attributesOf(plain)).toEqual([FUTURE, {}, null]);
    },
  );

  it.each([
    ['each', 200],
    ['all_or_nothing', 422],
  ])(
    'refuses an item that is past, or has a wrong label or number of versions (%s)',
    async (mode, status) => {
      const key = (name: string): string => `refused.${mode}.${name}`;
      const answer = await write(mode, [
        { key: key('good'), value: CANARY, expires_at: '+1h', labels: { env: 'prod' } },
        { key: key('past'), value: CANARY, expires_at: PAST },
        { key: key('label'), value: CANARY, labels: { '-': 'x' } },
        { key: key('versions'), value: CANARY, max_versions: 0 },
      ]);
      const refused = (answer.body.items as { key: string; error?: { status: number; message: string } }[])
        .filter(({ error }) => error !== undefined)
        .map(({ key, error }) => [key, error?.status, error?.message]);
      expect([answer.status, refused]).toEqual([
        status,
        [
          [key('past'), 400, expect.stringContaining('in the past')],
          [key('label'), 400, expect.stringContaining('`labels`')],
          [key('versions'), 400, expect.stringContaining('`max_versions`')],
        ],
      ]);
      expect(answer.text).not.toContain(CANARY);
      const names = ['good', 'past', 'label', 'versions'];
      const there = await Promise.all(names.map((name) => attributesOf(key(name))));
      const good = mode === 'each' ? [expect.any(String), { env: 'prod' }, null] : 404;
      expect(there).toEqual([good, 404, 404, 404]);
    },
  );

  it('takes an expiry and a number of versions for as many as it takes secrets', async () => {
    const items = Array.from({ length: 500 }, (_, index) => ({
      ...{ key: `numerous.${index}`, value: 'x', expires_at: '+1h', max_versions: 3 },
    }));
    for (const mode of ['all_or_nothing', 'each']) {
      const more = mode === 'each' && { update_if_exists: true };
      const answer = await write(
        mode,
        items.map((item) => ({ ...item, ...more })),
      );
      expect([answer.status, answer.body.metadata]).toEqual([200, { written: 500, refused: 0 }]);
    }
  });
});
