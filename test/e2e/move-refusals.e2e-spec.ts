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

const put = async (key: string, more: object = {}, as: As = user): Promise<void> => {
  const answer = await room.call(as, 'PUT', `${PATH}/${key}`, { value: `of ${key}`, ...more });
  expect(answer.status).toBe(200);
};

interface Recorded {
  readonly action: string;
  readonly outcome: string;
  readonly key: string | null;
  readonly secret_id: string | null;
  readonly tenant_id: string | null;
  readonly detail: Record<string, string> | null;
}

/** Makes a request; returns its status and the events that it left. */
async function made(
  as: As,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; events: Recorded[] }> {
  const answer = await room.call(as, method, path, body, headers);
  const rows = await room.database.asSuperuser<{ body: string }>(
    `SELECT body FROM audit_events WHERE body::json #>> '{caller,request_id}' = $1 ORDER BY action, key`,
    [answer.headers['x-request-id']],
  );
  return { status: answer.status, events: rows.map((row) => JSON.parse(row.body) as Recorded) };
}

const idOf = async (key: string): Promise<string | null> => {
  const [row] = await room.database.asSuperuser<{ id: string }>('SELECT id FROM secrets WHERE key = $1', [
    key,
  ]);
  return row?.id ?? null;
};

describe('a refused move', () => {
  beforeAll(async () => {
    await put('mine');
    await put('taken');
    await put('hidden', { is_hidden_value: true }, other);
    await put('private', { visibility: 'private' }, other);
    await put('everywhere', { visibility: 'global' }, ADMIN);
    const elsewhere = await room.tenant('elsewhere', 'user');
    await put('only-elsewhere', {}, elsewhere);
    await put('global-elsewhere', { visibility: 'global' }, { ...ADMIN, tenant: 'elsewhere' });
  });

  const stale = { 'If-Match': `"${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}.1.${'0'.repeat(32)}"` };

  it.each<[string, string, string, number, string, Record<string, string>]>([
    ['of a hidden value', 'hidden', 'free', 403, 'forbidden', {}],
    ['of what another keeps private', 'private', 'free', 404, 'not_found', {}],
    ['of nothing', 'nothing', 'free', 404, 'not_found', {}],
    ['of a global secret', 'everywhere', 'free', 403, 'forbidden', {}],
    ['of another tenant’s secret', 'global-elsewhere', 'free', 400, 'refused', {}],
    ['in another state', 'mine', 'free', 412, 'precondition_failed', stale],
    ['to a key that is taken', 'mine', 'taken', 409, 'conflict', {}],
    [
      'to a key that is taken, if it must be new',
      'mine',
      'taken',
      412,
      'precondition_failed',
      { 'If-None-Match': '*' },
    ],
    ['to a key that another tenant has made global', 'mine', 'global-elsewhere', 409, 'conflict', {}],
    ['to the key that it has', 'mine', 'mine', 400, 'refused', {}],
  ])('%s has one event, as a refused change has', async (_name, key, newKey, status, outcome, headers) => {
    const move = await made(user, 'POST', `${PATH}/${key}/move`, { key: newKey }, headers);
    expect([move.status, move.events]).toEqual([
      status,
      [expect.objectContaining({ action: 'secret.move', outcome, key, detail: { new_key: newKey } })],
    ]);
    const change = await made(user, 'PATCH', `${PATH}/${key}`, { is_hidden_value: true }, headers);
    // What stands in the way of a free key stands in the way of any change.
    if (newKey === 'free')
      expect(change.events).toEqual([
        {
          ...move.events[0],
          ...{ id: expect.any(String), time: expect.any(String), action: 'secret.update' },
          ...{ caller: expect.anything(), detail: null },
        },
      ]);
  });

  it('without the rights has one event, which names what is known before the body is read', async () => {
    const viewer = await room.member('default_tenant', 'vera', 'viewer');
    const { status, events } = await made(viewer, 'POST', `${PATH}/mine/move`, { key: 'free' });
    expect([status, events]).toEqual([
      403,
      [expect.objectContaining({ action: 'secret.move', outcome: 'forbidden', key: 'mine' })],
    ]);
  });

  it('of a prefix has one event for the whole, and one for each secret that is not moved', async () => {
    await put('a.1');
    await put('a.2', { is_hidden_value: true }, other);
    await put('a.3');
    await put('b.3');
    const body = { from_prefix: 'a.', to_prefix: 'b.' };
    const { status, events } = await made(user, 'POST', '/api/v3.1/bulk/secrets/move', body);
    expect(status).toBe(403);
    const [whole, ...each] = events;
    expect(whole).toMatchObject({
      ...{ action: 'secret.bulk_move', outcome: 'forbidden', key: null },
      detail: { ...body, dry_run: 'false', secrets: '3', errors: '2' },
    });
    const bulk_move = (whole as unknown as { id: string }).id;
    expect(
      each.map(({ action, outcome, key, secret_id, detail }) => [action, outcome, key, secret_id, detail]),
    ).toEqual([
      ['secret.move', 'refused', 'a.1', await idOf('a.1'), { new_key: 'b.1', bulk_move }],
      ['secret.move', 'forbidden', 'a.2', await idOf('a.2'), { new_key: 'b.2', bulk_move }],
      ['secret.move', 'conflict', 'a.3', await idOf('a.3'), { new_key: 'b.3', bulk_move }],
    ]);
  });

  it.each([
    ['nothing', 'no-such.', 'x.', 404, 'not_found'],
    ['the same prefix', 'a.', 'a.', 400, 'refused'],
  ])('of a prefix has one event, for %s', async (_name, from_prefix, to_prefix, status, outcome) => {
    const body = { from_prefix, to_prefix };
    const move = await made(manager, 'POST', '/api/v3.1/bulk/secrets/move', body);
    expect([move.status, move.events]).toMatchObject([
      status,
      [{ action: 'secret.bulk_move', outcome, detail: body }],
    ]);
  });
});
