import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';
import { COLUMNS, TABLE, type Column } from './access-table.js';

const V31 = '/api/v3.1/secrets';
const VALUE = 'the value that is kept';
const CHANGED = 'another value';

describe('visibility and hidden values', () => {
  let room: Strongroom;
  const callers = new Map<string, As>();
  const as = (caller: string, tenant: string): As => ({ ...callers.get(caller), tenant });
  let made = 0;
  beforeAll(async () => {
    room = await Strongroom.start();
    callers.set('manager', await room.tenant('one', 'manager'));
    callers.set('manager2', await room.tenant('two', 'manager'));
    for (const role of ['user', 'operations', 'viewer']) {
      callers.set(role, await room.member('one', `one-${role}`, role));
    }
    callers.set('user2', await room.member('two', 'two-user', 'user'));
    callers.set('viewer2', await room.member('two', 'two-viewer', 'viewer'));
    callers.set('creator', await room.member('one', 'creator', 'user'));
    await room.join('creator', 'two', 'user');
    await room.user('outsider', 'password-of-outsider');
    callers.set('outsider', { login: 'outsider:password-of-outsider' });
    callers.set('admin', ADMIN);
  });
  afterAll(() => room.stop());

  /** A fresh secret of that kind, made by `creator` in tenant `one`; a system administrator makes it global. */
  async function plant(column: Column): Promise<string> {
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
    return key;
  }

  async function outcome(method: string, caller: As, key: string): Promise<string> {
    const body = method === 'PATCH' ? { value: CHANGED } : undefined;
    const answer = await room.call(caller, method, `${V31}/${key}`, body);
    if (method !== 'GET' || answer.status !== 200) return String(answer.status);
    const shown = new Map<unknown, string>([
      [VALUE, 'V'],
      ['', 'M'],
      [CHANGED, 'C'],
    ]);
    return shown.get(answer.body.value) ?? 'something else';
  }

  const CELLS = Object.entries(TABLE).flatMap(([method, rows]) =>
    rows.flatMap(([caller, tenant, cells]) =>
      cells
        .trim()
        .split(/\s+/)
        .map((cell, index) => [method, caller, tenant, COLUMNS[index]!, cell] as const),
    ),
  );

  it('has a cell for each combination', () => {
    expect(CELLS).toHaveLength(3 * 13 * COLUMNS.length);
  });

  it.each(CELLS)(
    '%s by %s in tenant %s of one that is %s gives %s',
    async (method, caller, tenant, column, cell) => {
      const key = await plant(column);
      expect(await outcome(method, as(caller, tenant), key)).toBe(cell);
      const changed = ['200', '204'].includes(cell);
      expect(await outcome('GET', as('creator', 'one'), key)).toBe(
        changed ? (method === 'DELETE' ? '404' : 'C') : 'V',
      );
    },
  );

  it.each(TABLE.GET)('lists for %s in tenant %s what can be read there', async (caller, tenant, cells) => {
    if (cells.includes('403')) {
      expect((await room.call(as(caller, tenant), 'GET', V31)).status).toBe(403);
      return;
    }
    const keys = await Promise.all(COLUMNS.map(plant));
    for (const version of ['/api/v3/secrets', V31]) {
      const list = await room.call(as(caller, tenant), 'GET', `${version}?_size=1000`);
      const items = list.body.items as { key: string }[];
      expect((list.body.metadata as { pagination: { total: number } }).pagination.total).toBe(items.length);
      const seen = keys.map((key) => items.some((item) => item.key === key));
      expect(seen).toEqual(
        cells
          .trim()
          .split(/\s+/)
          .map((cell) => cell !== '404'),
      );
      expect(JSON.stringify(items)).not.toContain(VALUE);
    }
  });

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
