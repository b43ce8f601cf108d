import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const WRITE = '/api/v3.1/bulk/secrets/write';
const CANARY = 'canary-77c2';

interface Item {
  readonly key: string | null;
  readonly outcome: string;
  readonly version?: number;
  readonly etag?: string;
  readonly error?: { readonly status: number; readonly error_code: string; readonly message: string };
}

describe('writing many secrets at once', () => {
  let room: Strongroom;
  let user: As & { tenant: string };
  let made = 0;
  beforeAll(async () => {
    room = await Strongroom.start();
  });
  afterAll(() => room.stop());
  beforeEach(async () => {
    user = await room.tenant(`tenant-${(made += 1)}`);
  });

  const write = (mode: string, items: readonly object[], as: As = user): Promise<Answer> =>
    room.call(as, 'POST', WRITE, { mode, items });
  const itemsOf = (answer: Answer): readonly Item[] => answer.body.items as Item[];
  const told = (answer: Answer) =>
    itemsOf(answer).map(({ key, outcome, error }) => [key, error === undefined ? outcome : error.status]);
  const put = (key: string, body: object, as: As = user): Promise<Answer> =>
    room.call(as, 'PUT', `/api/v3.1/secrets/${key}`, body);
  const valueOf = async (key: string, as: As = user): Promise<unknown> => {
    const { status, body } = await room.call(as, 'GET', `/api/v3.1/secrets/${key}`);
    return status === 200 ? body.value : status;
  };

  async function recorded({ headers }: Answer): Promise<unknown[]> {
    const rows = await room.database.asSuperuser<{ action: string; key: string; outcome: string }>(
      `SELECT action, key, outcome FROM audit_events WHERE body::json #>> '{caller,request_id}' = $1 ORDER BY key, id`,
      [headers['x-request-id']],
    );
    return rows.map(({ action, key, outcome }) => [action, key, outcome]);
  }

  /** Makes what the items of `MIXED` meet. */
  async function prepare(): Promise<void> {
    const manager = await room.member(user.tenant, `${user.tenant}-manager`, 'manager');
    await put('there', { value: 'old' });
    await put('taken', { value: 'old' });
    await put('hidden', { value: 'old', is_hidden_value: true }, manager);
    await put('private', { value: 'old', visibility: 'private' }, manager);
    await put('changed', { value: 'old' });
    await put('schema', { value: { n: 1 }, schema: { type: 'object' } });
  }

  const STALE = '"00000000-0000-7000-8000-000000000000.1.00000000-0000-7000-8000-000000000000"';
  const MIXED: readonly {
    readonly key: string;
    readonly update_if_exists?: boolean;
    readonly if_match?: string;
  }[] = [
    { key: 'new', value: `${CANARY}-new`, description: 'new' },
    { key: 'there', value: `${CANARY}-there`, update_if_exists: true },
    { key: 'taken', value: `${CANARY}-taken` },
    { key: 'hidden', value: `${CANARY}-hidden`, update_if_exists: true },
    { key: 'private', value: `${CANARY}-private`, update_if_exists: true },
    { key: 'changed', value: `${CANARY}-changed`, update_if_exists: true, if_match: STALE },
    { key: 'schema', value: 5, update_if_exists: true },
    { key: 'empty', value: '' },
    { key: 'unknown', value: 'x', colour: 'red' },
    { key: 'provided', value: 'x', provider_name: 'vault' },
    { key: 'global', value: 'x', visibility: 'global' },
    { key: 'large', value: 'x'.repeat(70_000) },
    { key: '1st', value: 'x' },
  ] as never;

  it('each for itself does and answers what a PUT of each would', async () => {
    await prepare();
    const singles: unknown[] = [];
    const other = user;
    const answer = await write('each', MIXED);
    user = await room.tenant(`${other.tenant}-again`);
    await prepare();
    for (const { key, if_match: ifMatch, ...body } of MIXED) {
      const headers: Record<string, string> = ifMatch === undefined ? {} : { 'If-Match': ifMatch };
      const { status, body: got } = await room.call(user, 'PUT', `/api/v3.1/secrets/${key}`, body, headers);
      singles.push([status, got.error_code, ((got.message ?? '') as string).slice(0, 15)]);
    }
    const own = itemsOf(answer).map(({ error }) => [
      error?.status ?? 200,
      error?.error_code,
      (error?.message ?? '').slice(0, 15),
    ]);
    expect(own).toEqual(singles);
    expect(answer.status).toBe(200);
    expect(itemsOf(answer).slice(0, 2)).toMatchObject([
      { key: 'new', outcome: 'created', version: 1 },
      { key: 'there', outcome: 'updated', version: 2 },
    ]);
    expect(itemsOf(answer)[5]?.error).toMatchObject({ status: 412, etag: expect.any(String) });
    expect(itemsOf(answer)[12]?.key).toBeNull();
    expect(answer.body.metadata).toEqual({ written: 2, refused: MIXED.length - 2 });
    expect(answer.text).not.toContain(CANARY);
    const { headers } = await room.call(other, 'GET', '/api/v3.1/secrets/there');
    expect(headers.etag).toBe(itemsOf(answer)[1]?.etag);
    expect(await recorded(answer)).toEqual([
      ['secret.update', 'changed', 'precondition_failed'],
      ['secret.create', 'global', 'forbidden'],
      ['secret.update', 'hidden', 'forbidden'],
      ['secret.create', 'new', 'ok'],
      ['secret.update', 'private', 'conflict'],
      ['secret.create', 'provided', 'not_found'],
      ['secret.update', 'schema', 'conflict'],
      ['secret.create', 'taken', 'conflict'],
      ['secret.update', 'there', 'ok'],
    ]);
  });

  it('writes nothing if one cannot be, tells which and why, and records of each what became of it', async () => {
    await prepare();
    const answer = await write('all_or_nothing', MIXED);
    expect([answer.status, answer.body.error_code]).toEqual([422, 'bulk_refused']);
    expect(answer.body.message).toContain(
      'Nothing was written, since 11 of 13 secrets cannot be: `items[2]` (`taken`)',
    );
    const refused = itemsOf(answer) as unknown as { index: number; key: string; error: { status: number } }[];
    expect(refused.map(({ index, key, error }) => [index, key, error.status])).toEqual([
      [2, 'taken', 409],
      [3, 'hidden', 403],
      [4, 'private', 409],
      [5, 'changed', 412],
      [6, 'schema', 409],
      [7, 'empty', 400],
      [8, 'unknown', 400],
      [9, 'provided', 404],
      [10, 'global', 403],
      [11, 'large', 413],
      [12, null, 400],
    ]);
    expect(answer.text).not.toContain(CANARY);
    expect(await Promise.all(['new', 'there', 'taken'].map((key) => valueOf(key)))).toEqual([
      404,
      'old',
      'old',
    ]);
    expect(await recorded(answer)).toEqual([
      ['secret.update', 'changed', 'precondition_failed'],
      ['secret.create', 'global', 'forbidden'],
      ['secret.update', 'hidden', 'forbidden'],
      ['secret.create', 'new', 'refused'],
      ['secret.update', 'private', 'conflict'],
      ['secret.create', 'provided', 'not_found'],
      ['secret.update', 'schema', 'conflict'],
      ['secret.create', 'taken', 'conflict'],
      ['secret.update', 'there', 'refused'],
    ]);
  });

  it('writes all in one transaction, each with its event', async () => {
    await put('k-000', { value: 'old' });
    await put('k-001', { value: 'same' });
    const items = Array.from({ length: 500 }, (_, index) => ({
      key: `k-${String(index).padStart(3, '0')}`,
      value: index === 1 ? 'same' : `value ${index}`,
      update_if_exists: true,
    }));
    const answer = await write('all_or_nothing', items);
    expect([answer.status, answer.body.metadata]).toEqual([200, { written: 500, refused: 0 }]);
    expect(itemsOf(answer).map(({ key, outcome, version }) => [key, outcome, version])).toEqual(
      items.map(({ key }, index) => [key, index < 2 ? 'updated' : 'created', index === 0 ? 2 : 1]),
    );
    const [rows] = await room.database.asSuperuser(
      `SELECT count(DISTINCT s.xmin::text)::integer AS transactions, count(*)::integer AS count
       FROM secrets s JOIN tenants t ON t.id = s.tenant_id WHERE t.name = $1`,
      [user.tenant],
    );
    expect(rows).toEqual({ transactions: 1, count: 500 });
    expect(await recorded(answer)).toEqual(
      items.map(({ key }, index) => [index < 2 ? 'secret.update' : 'secret.create', key, 'ok']),
    );
    expect(await valueOf('k-499')).toBe('value 499');
  });

  it('leaves all secrets to one writer, however many write the same at once, on two replicas', async () => {
    const replica = await room.replica();
    const keys = Array.from({ length: 20 }, (_, index) => `raced-${index}`);
    const itemsOfWriter = (writer: number, update_if_exists: boolean) => {
      const items = keys.map((key) => ({ key, value: `writer ${writer}`, update_if_exists }));
      return writer % 2 === 0 ? items : items.reverse();
    };
    try {
      for (const updates of [false, true]) {
        const answers = await Promise.all(
          Array.from({ length: 6 }, (_, writer) =>
            (writer % 3 === 0 ? replica : room).call(user, 'POST', WRITE, {
              mode: 'all_or_nothing',
              items: itemsOfWriter(writer, updates),
            }),
          ),
        );
        const statuses = answers.map(({ status }) => status).sort();
        if (updates) expect(statuses.filter((status) => ![200, 503].includes(status))).toEqual([]);
        else expect(statuses).toEqual([200, 422, 422, 422, 422, 422]);
        expect(statuses).toContain(200);
        expect(new Set(await Promise.all(keys.map((key) => valueOf(key)))).size).toBe(1);
      }
    } finally {
      await replica.stop();
    }
  });

  it('writes nothing where a key belongs to a global secret, or to another tenant of one that is to be', async () => {
    const other = { ...ADMIN, tenant: `${user.tenant}-other` };
    await room.tenant(other.tenant);
    const [ours, theirs] = [`ours-${user.tenant}`, `theirs-${user.tenant}`];
    await put(theirs, { value: 'x', visibility: 'global' }, other);
    await put(ours, { value: 'x' }, other);
    const admin = { ...ADMIN, tenant: user.tenant };
    for (const item of [
      { key: theirs, value: 'y' },
      { key: ours, value: 'y', visibility: 'global' },
    ]) {
      const answer = await write('all_or_nothing', [{ key: 'beside', value: 'y' }, item], admin);
      expect([answer.status, itemsOf(answer).map(({ key, error }) => [key, error?.status])]).toEqual([
        422,
        [[item.key, 409]],
      ]);
      expect(await recorded(answer)).toEqual([
        ['secret.create', 'beside', 'refused'],
        ['secret.create', item.key, 'conflict'],
      ]);
    }
    const foreign = await write(
      'all_or_nothing',
      [{ key: theirs, value: 'y', update_if_exists: true }],
      admin,
    );
    expect(itemsOf(foreign).map(({ error }) => error?.error_code)).toEqual(['illegal_action_error']);
    expect([await valueOf('beside', admin), await valueOf(theirs, other)]).toEqual([404, 'x']);
  });

  it.each(['each', 'all_or_nothing'])(
    'needs `if_match` in mode %s where the tenant requires it',
    async (mode) => {
      const { headers } = await put('there', { value: 'old' });
      const settings = `/api/v3.1/tenants/${user.tenant}/settings`;
      await room.call(ADMIN, 'PATCH', settings, { require_if_match: true });
      const update = { key: 'there', value: 'new', update_if_exists: true };
      const refused = await write(mode, [update]);
      expect(itemsOf(refused).map(({ error }) => error?.status)).toEqual([428]);
      const done = await write(mode, [
        { ...update, if_match: headers.etag },
        { key: 'new', value: 'x' },
      ]);
      expect(told(done)).toEqual([
        ['there', 'updated'],
        ['new', 'created'],
      ]);
      expect(await valueOf('there')).toBe('new');
    },
  );

  it.each([
    [{ mode: 'each', items: [] }, 400, '`items` must be an array of 1 to 500 secrets'],
    [{ items: [{ key: 'a', value: 'x' }] }, 400, '`mode` is missing: it must be one of all_or_nothing, each'],
    [{ mode: 'each', items: [5] }, 400, '`items[0]` must be an object'],
    [
      {
        mode: 'each',
        items: [
          { key: 'a', value: 'x' },
          { key: 'a', value: 'y' },
        ],
      },
      400,
      'the key `a` more than once',
    ],
    [
      { mode: 'each', items: Array.from({ length: 501 }, (_, index) => ({ key: `k${index}`, value: 'x' })) },
      400,
      '1 to 500',
    ],
    [
      {
        mode: 'each',
        items: Array.from({ length: 150 }, (_, index) => ({ key: `k${index}`, value: 'x'.repeat(60_000) })),
      },
      413,
      'larger than 8388608 bytes',
    ],
  ])('refuses a request that breaks a rule, whatever the mode (%#)', async (body, status, message) => {
    const answer = await room.call(user, 'POST', WRITE, body);
    expect([answer.status, answer.body.message]).toEqual([status, expect.stringContaining(message)]);
    expect(await recorded(answer)).toEqual([]);
    const listed = await room.call(user, 'GET', '/api/v3.1/secrets?visibility=tenant&visibility=private');
    expect(listed.body.items).toEqual([]);
  });
});
