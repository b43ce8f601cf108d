import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Strongroom, type As } from '../support/strongroom.js';
import { accessCallers } from './access-callers.js';
import { accessRows, COLUMNS, TRASH_VERBS, type Column, type TrashVerb } from './access-table.js';

const SECRETS = '/api/v3.1/secrets';
const TRASH = '/api/v3.1/trash/secrets';

const ROWS = accessRows().filter(([verb]) => TRASH_VERBS.some((one) => one === verb));

describe('deleted secrets', () => {
  let room: Strongroom;
  let callers: ReadonlyMap<string, As>;
  const as = (caller: string, tenant: string): As => ({ ...callers.get(caller), tenant });
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.stopJobs();
    callers = await accessCallers(room);
  });
  afterAll(() => room.stop());

  let made = 0;
  /** Creates a secret of that kind and deletes it; returns its id in the trash. */
  async function trashed(column: Column, owner: string): Promise<string> {
    const path = `${SECRETS}/trashed-${(made += 1)}`;
    const [visibility] = column.split('+', 1);
    const body = { value: 'canary', is_hidden_value: column.endsWith('+'), visibility };
    const maker = as(visibility === 'global' ? 'admin' : 'creator', 'one');
    expect((await room.call(maker, 'PUT', path, body)).status).toBe(200);
    await room.database.asSuperuser(
      'UPDATE secrets SET created_by = (SELECT id FROM users WHERE username = $1) WHERE key = $2',
      [owner, path.slice(SECRETS.length + 1)],
    );
    const { headers } = await room.call(as('manager', 'one'), 'DELETE', path);
    return String(headers['strongroom-trash-id']);
  }

  const sets = new Map<string, Promise<string[]>>();
  function planted(owner: string, changes: boolean): Promise<string[]> {
    const plant = () => Promise.all(COLUMNS.map((column) => trashed(column, owner)));
    if (changes) return plant();
    const shared = sets.get(owner) ?? plant();
    sets.set(owner, shared);
    return shared;
  }

  async function outcomes(verb: TrashVerb, caller: As, ids: readonly string[]): Promise<string[]> {
    if (verb !== 'TRASH') {
      const [method, suffix] = verb === 'RESTORE' ? ['POST', '/restore'] : ['DELETE', ''];
      const answers = await Promise.all(
        ids.map((id) => room.call(caller, method, `${TRASH}/${id}${suffix}`)),
      );
      return answers.map(({ status }) => String(status));
    }
    const { status, body, text } = await room.call(caller, 'GET', TRASH);
    if (status !== 200) return ids.map(() => String(status));
    expect(text).not.toContain('canary');
    const { items, metadata } = body as {
      items: { id: string }[];
      metadata: { pagination: { total: number } };
    };
    expect(metadata.pagination.total).toBe(items.length);
    return ids.map((id) => (items.some((item) => item.id === id) ? 'y' : 'n'));
  }

  it.each(ROWS)('%s by %s in tenant %s gives %j', async (verb, caller, tenant, cells) => {
    const ids = await planted(
      caller === 'demoted' ? caller : 'creator',
      cells.some((cell) => cell.startsWith('2')),
    );
    expect(await outcomes(verb as TrashVerb, as(caller, tenant), ids)).toEqual(cells);
    const rows = await room.database.asSuperuser<{ id: string; trashed: boolean }>(
      'SELECT id, deleted_at IS NOT NULL AS trashed FROM secrets WHERE id = ANY ($1)',
      [ids],
    );
    const isTrashed = ids.map((id) => rows.find((row) => row.id === id)?.trashed);
    const left: Record<string, boolean | undefined> = { 200: false, 204: undefined };
    expect(isTrashed).toEqual(cells.map((cell) => (cell in left ? left[cell] : true)));
  });
});
