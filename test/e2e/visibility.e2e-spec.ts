import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { Strongroom, type As } from '../support/strongroom.js';
import {
  CALLERS,
  COLUMNS,
  TABLE,
  TRASH_VERBS,
  accessRows,
  type Column,
  type TenantName,
  type TrashVerb,
  type Verb as AnyVerb,
} from './access-table.js';
import { accessCallers } from './access-callers.js';

/** Leaves out what is about deleted secrets, which has a test of its own. */
type Verb = Exclude<AnyVerb, TrashVerb>;

const V31 = '/api/v3.1/secrets';
const VALUE = 'the value that is kept';
const CHANGED = 'another value';

/** Maps each verb of the table to its request: method, path after the version, body. */
const REQUESTS: Readonly<
  Record<Exclude<Verb, 'LIST' | 'EXPORT' | 'BULK'>, readonly [string, string, unknown?]>
> = {
  GET: ['GET', '/v3.1/secrets/{key}'],
  GET3: ['GET', '/v3/secrets/{key}'],
  SKIP: ['GET', '/v3.1/secrets/{key}?_skip_value=true'],
  HEAD: ['HEAD', '/v3.1/secrets/{key}'],
  PUT: ['PUT', '/v3.1/secrets/{key}', { value: CHANGED }],
  UPSERT: ['PUT', '/v3.1/secrets/{key}', { value: CHANGED, update_if_exists: true }],
  PATCH: ['PATCH', '/v3.1/secrets/{key}', { value: CHANGED }],
  HIDE: ['PATCH', '/v3.1/secrets/{key}', { is_hidden_value: true }],
  SHARE: ['PATCH', '/v3.1/secrets/{key}/set-visibility', { visibility: 'tenant' }],
  PUBLISH: ['PATCH', '/v3.1/secrets/{key}/set-visibility', { visibility: 'global' }],
  MOVE: ['POST', '/v3.1/secrets/{key}/move', { key: 'moved-{key}' }],
  COPY: ['POST', '/v3.1/secrets/{key}/copy', { key: 'copy-{n}-of-{key}' }],
  VERSION: ['GET', '/v3.1/secrets/{key}?version=1'],
  RESTORE_VERSION: ['POST', '/v3.1/secrets/{key}/versions/1/restore'],
  DESTROY_VERSION: ['DELETE', '/v3.1/secrets/{key}/versions/1'],
  DELETE: ['DELETE', '/v3.1/secrets/{key}'],
};

/**
 * Maps verbs to their effect after success in the tenant that owns the secret; what is created in another tenant
 * changes nothing.
 */
const EFFECTS: Readonly<Partial<Record<Verb, object>>> = {
  UPSERT: { value: CHANGED, version: 2 },
  PATCH: { value: CHANGED, version: 2 },
  HIDE: { is_hidden_value: true },
  SHARE: { visibility: 'tenant' },
  PUBLISH: { visibility: 'global' },
};

const READS: ReadonlySet<Verb> = new Set([
  'GET',
  'GET3',
  'SKIP',
  'HEAD',
  'LIST',
  'EXPORT',
  'VERSION',
  'BULK',
]);

/** Lists the verbs that leave the secret as it is even if they succeed. */
const CHANGES_NOTHING: ReadonlySet<Verb> = new Set([...READS, 'COPY']);

interface Planted {
  readonly key: string;
  readonly before: Record<string, unknown>;
}

describe('visibility and hidden values', () => {
  let room: Strongroom;
  let callers: ReadonlyMap<string, As>;
  const as = (caller: string, tenant: string): As => ({ ...callers.get(caller), tenant });
  let made = 0;
  let copies = 0;

  beforeAll(async () => {
    room = await Strongroom.start();
    callers = await accessCallers(room);
  });
  afterAll(() => room.stop());

  /** Creates a new secret of that kind as `creator` in tenant `one`; a system administrator makes it global. */
  async function plant(column: Column, owner = 'creator'): Promise<string> {
    const key = `planted-${(made += 1)}`;
    const [visibility] = column.split('+', 1);
    const body = { value: VALUE, is_hidden_value: column.endsWith('+') };
    const first = visibility === 'global' ? 'tenant' : visibility;
    const put = await room.call(as('creator', 'one'), 'PUT', `${V31}/${key}`, { ...body, visibility: first });
    expect(put.status).toBe(200);
    if (visibility === 'global') {
      const path = `${V31}/${key}/set-visibility`;
      expect((await room.call(as('admin', 'one'), 'PATCH', path, { visibility })).status).toBe(200);
    }
    if (owner !== 'creator') {
      const statement =
        'UPDATE secrets SET created_by = (SELECT id FROM users WHERE username = $1) WHERE key = $2';
      await room.database.asSuperuser(statement, [owner, key]);
    }
    return key;
  }

  /** Returns the response to a manager of tenant `one`, who sees everything there. */
  const readAsManager = (key: string): Promise<Answer> =>
    room.call(as('manager', 'one'), 'GET', `${V31}/${key}`);

  const sets = new Map<string, Promise<Planted[]>>();
  function plantAll(owner: string): Promise<Planted[]> {
    return Promise.all(
      COLUMNS.map(async (column) => {
        const key = await plant(column, owner);
        return { key, before: (await readAsManager(key)).body };
      }),
    );
  }

  /** Returns a secret for each column. Verbs that change nothing share them. */
  function planted(owner: string, changing: boolean): Promise<Planted[]> {
    if (changing) return plantAll(owner);
    const shared = sets.get(owner) ?? plantAll(owner);
    sets.set(owner, shared);
    return shared;
  }

  async function outcome(
    verb: Exclude<Verb, 'LIST' | 'EXPORT' | 'BULK'>,
    caller: As,
    key: string,
  ): Promise<string> {
    const [method, path, body] = REQUESTS[verb];
    const filled: unknown = JSON.parse(
      JSON.stringify(body ?? null)
        .replace('{key}', key)
        .replace('{n}', `${copies++}`),
    );
    const answer = await room.call(caller, method, `/api${path.replace('{key}', key)}`, filled ?? undefined);
    if (method === 'HEAD') expect(answer.text).toBe('');
    if (method !== 'GET' || answer.status !== 200) return String(answer.status);
    return new Map<unknown, string>([
      [VALUE, 'V'],
      ['', 'M'],
    ]).get(answer.body.value)!;
  }

  /**
   * Returns the secrets that lists and searches of both versions contain, which must be the same; the total counts
   * exactly these.
   */
  async function named(caller: As, all: readonly Planted[]): Promise<string[]> {
    const answers = await Promise.all(
      ['v3', 'v3.1'].flatMap((version) => [
        room.call(caller, 'GET', `/api/${version}/secrets?_size=1000`),
        room.call(caller, 'POST', `/api/${version}/searches/secrets?_size=1000`, {}),
      ]),
    );
    const seen = answers.map((answer) => {
      if (answer.status !== 200) return all.map(() => String(answer.status));
      const items = answer.body.items as { key: string }[];
      expect(answer.body).toHaveProperty('metadata.pagination.total', items.length);
      expect(answer.text).not.toContain(VALUE);
      return marked(items, all);
    });
    for (const other of seen) expect(other).toEqual(seen[0]);
    return seen[0]!;
  }

  async function exported(caller: As, all: readonly Planted[]): Promise<string[]> {
    const { status, body } = await room.call(caller, 'GET', '/api/v3.1/secrets/share/export');
    if (status !== 200) return all.map(() => String(status));
    const items = body as unknown as { key: string; value: string; tenant_name: string }[];
    expect(items.filter(({ tenant_name }) => tenant_name !== caller.tenant)).toEqual([]);
    return marked(items, all);
  }

  /** Returns what a bulk read gives of each; one by prefix has the same of those that the caller sees. */
  async function inBulk(caller: As, all: readonly Planted[]): Promise<string[]> {
    const read = (body: object) => room.call(caller, 'POST', '/api/v3.1/bulk/secrets/read', body);
    const keys = all.map(({ key }) => key);
    const [byKey, byPrefix] = await Promise.all([read({ keys }), read({ prefix: 'planted-' })]);
    if (byKey.status !== 200) return all.map(() => String(byKey.status));
    type Item = { key: string; outcome: string; secret?: { value: string } };
    const items = byKey.body.items as Item[];
    const found = (byPrefix.body.items as Item[]).filter(({ key }) => keys.includes(key));
    expect(found).toEqual(
      items.filter(({ secret }) => secret !== undefined).sort((one, other) => (one.key < other.key ? -1 : 1)),
    );
    const letters: Record<string, string> = { ok: 'V', hidden: 'M', not_found: '404' };
    for (const { outcome: came, secret } of items)
      expect(secret?.value).toBe({ ok: VALUE, hidden: '', not_found: undefined }[came]);
    return items.map(({ outcome: came }) => letters[came] ?? came);
  }

  function marked(items: readonly { key: string }[], all: readonly Planted[]): string[] {
    const keys = new Set(items.map(({ key }) => key));
    return all.map(({ key }) => (keys.has(key) ? 'y' : 'n'));
  }

  const ROWS = accessRows();
  const isOfTrash = (verb: AnyVerb): verb is TrashVerb => TRASH_VERBS.some((one) => one === verb);
  const OF_LIVING = ROWS.flatMap(([verb, ...row]) => (isOfTrash(verb) ? [] : [[verb, ...row] as const]));

  it('has a cell for each combination', () => {
    const expected = Object.keys(TABLE).flatMap((verb) =>
      Object.entries(CALLERS).flatMap(([tenant, names]) =>
        names.split(' ').map((caller) => `${verb} ${caller} ${tenant}`),
      ),
    );
    expect(ROWS.map(([verb, caller, tenant]) => `${verb} ${caller} ${tenant}`).sort()).toEqual(
      expected.sort(),
    );
    for (const [, , , cells] of ROWS) expect(cells).toHaveLength(COLUMNS.length);
  });

  it.each(OF_LIVING)('%s by %s in tenant %s gives %j', async (verb, caller, tenant, cells) => {
    const owner = caller === 'demoted' ? caller : 'creator';
    const changes = (cell: string) => !CHANGES_NOTHING.has(verb) && cell.startsWith('2');
    const all = await planted(owner, cells.some(changes));
    const asked = as(caller, tenant);
    const seen = await (verb === 'LIST'
      ? named(asked, all)
      : verb === 'EXPORT'
        ? exported(asked, all)
        : verb === 'BULK'
          ? inBulk(asked, all)
          : Promise.all(all.map(({ key }) => outcome(verb, asked, key))));
    expect(seen).toEqual(cells);
    if (READS.has(verb)) return;
    const after = await Promise.all(all.map(({ key }) => readAsManager(key)));
    expect(after.map(({ status, body }) => (status === 200 ? body : status))).toEqual(
      all.map(({ before }, index) => remaining(verb, tenant, changes(cells[index]!), before)),
    );
  });

  function remaining(
    verb: Verb,
    tenant: TenantName,
    changed: boolean,
    before: Record<string, unknown>,
  ): unknown {
    if (!changed || tenant === 'two') return before;
    if (verb === 'DELETE' || verb === 'MOVE') return 404;
    const { visibility } = { ...before, ...EFFECTS[verb] } as { visibility: string };
    return {
      ...before,
      ...EFFECTS[verb],
      resource_availability: visibility,
      private_resource: visibility === 'private',
      updated_at: expect.any(String),
    };
  }

  it('lets only one of many tenants make a key global, and none of them while another has it', async () => {
    for (let round = 0; round < 12; round += 1) {
      const path = `${V31}/raced-${round}`;
      const global = { value: 'x', visibility: 'global' };
      const answers = await Promise.all([
        room.call(as('admin', 'one'), 'PUT', path, global),
        room.call(as('admin', 'two'), 'PUT', path, round % 2 === 0 ? global : { value: 'y' }),
        room.call(as('admin', 'default_tenant'), 'PUT', path, global),
      ]);
      expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
      expect(answers.map(({ status }) => status).filter((status) => status === 409)).toHaveLength(2);
    }
  });

  it('changes nothing where widening meets another tenant’s key', async () => {
    for (const tenant of ['one', 'two'])
      await room.call(as('admin', tenant), 'PUT', `${V31}/twice`, { value: tenant });
    const widened = await room.call(as('admin', 'one'), 'PATCH', `${V31}/twice`, {
      value: 'new',
      visibility: 'global',
    });
    expect([widened.status, widened.body.error_code]).toEqual([409, 'conflict_error']);
    const kept = await room.call(as('admin', 'one'), 'GET', `${V31}/twice`);
    expect(kept.body).toMatchObject({ value: 'one', visibility: 'tenant' });
  });

  it('tells that a key is taken, and no more, to who may not see what took it', async () => {
    const key = await plant('private');
    for (const update_if_exists of [false, true]) {
      const answer = await room.call(as('user', 'one'), 'PUT', `${V31}/${key}`, {
        value: 'mine',
        update_if_exists,
      });
      expect([answer.status, answer.body.error_code]).toEqual([409, 'conflict_error']);
    }
    expect(await outcome('GET', as('creator', 'one'), key)).toBe('V');
  });

  it('records who read a global secret of another tenant in the log of its owner', async () => {
    const key = await plant('global');
    await room.call(as('user2', 'two'), 'GET', `${V31}/${key}`);
    const events = await room.database.asSuperuser(
      `SELECT l.name AS log, r.name AS reader FROM audit_events e JOIN tenants l ON l.id = e.log_id
       LEFT JOIN tenants r ON r.id = (body::json -> 'detail' ->> 'reader_tenant')::uuid
       WHERE body::json ->> 'action' = 'secret.read' AND body::json ->> 'key' = $1`,
      [key],
    );
    expect(events).toEqual([{ log: 'one', reader: 'two' }]);
  });
});
