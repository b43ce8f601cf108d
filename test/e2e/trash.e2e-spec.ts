import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { JobResult } from '../../src/jobs/job.js';
import { TrashSweep } from '../../src/secrets/trash/trash-sweep.js';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const SECRETS = '/api/v3.1/secrets';
const TRASH = '/api/v3.1/trash/secrets';
const DAY_MS = 86_400_000;

let room: Strongroom;
let manager: As & { tenant: string };
let user: As;
let viewer: As;
let stranger: As;
beforeAll(async () => {
  room = await Strongroom.start();
  await room.stopJobs();
  manager = await room.tenant('payments', 'manager');
  user = await room.member('payments', 'ulla', 'user');
  viewer = await room.member('payments', 'vera', 'viewer');
  stranger = await room.tenant('elsewhere', 'manager');
});
afterAll(() => room.stop());

const ask = (as: As, method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  room.call(as, method, path, body, headers);
const put = (as: As, key: string, body: object = {}) =>
  ask(as, 'PUT', `${SECRETS}/${key}`, { value: `value-of-${key}`, ...body });
const idIn = ({ headers }: Answer) => headers['strongroom-trash-id'] as string;
const restore = (as: As, id: string, headers?: Record<string, string>) =>
  ask(as, 'POST', `${TRASH}/${id}/restore`, undefined, headers);
const purge = (as: As, id: string, headers?: Record<string, string>) =>
  ask(as, 'DELETE', `${TRASH}/${id}`, undefined, headers);

/** Creates and deletes a secret, and returns its id in the trash. */
async function trashed(as: As, key: string, body?: object): Promise<string> {
  expect((await put(as, key, body)).status).toBe(200);
  return idIn(await ask(as, 'DELETE', `${SECRETS}/${key}`));
}

async function listed(as: As): Promise<Record<string, string>[]> {
  const answer = await ask(as, 'GET', TRASH);
  expect([answer.status, answer.text]).toEqual([200, expect.not.stringContaining('value-of')]);
  return answer.body.items as Record<string, string>[];
}
const idsFor = async (as: As) => (await listed(as)).map(({ id }) => id);
const codeOf = ({ status, body }: Answer) => [status, body.error_code];

/** Returns what is on record of a secret since its creation, the first event first. */
const recorded = async (id: string) =>
  (
    await room.database.asSuperuser<{ event: string }>(
      `SELECT concat_ws(' ', action, outcome, key, body::jsonb ->> 'detail') AS event FROM audit_events
       WHERE secret_id = $1 AND action IN ('secret.delete', 'secret.restore', 'secret.purge') ORDER BY id`,
      [id],
    )
  ).map(({ event }) => event);

describe('a deleted secret', () => {
  it.each(['v3', 'v3.1'])('is in the trash, which the answer of %s names with its term', async (version) => {
    const key = `told-${version}`;
    await put(user, key);
    const before = Date.now();
    const answer = await ask(user, 'DELETE', `/api/${version}/secrets/${key}`);
    expect(answer.status).toBe(version === 'v3' ? 200 : 204);
    if (version === 'v3') expect(answer.body).toMatchObject({ key, value: `value-of-${key}` });
    const [item] = await listed(viewer);
    expect(item).toMatchObject({ id: idIn(answer), key, created_by: 'ulla', visibility: 'tenant' });
    expect(item?.kept_until).toBe(answer.headers['strongroom-trash-until']);
    const term = new Date(item!.kept_until!).getTime() - new Date(item!.deleted_at!).getTime();
    expect(term).toBe(30 * DAY_MS);
    expect(Math.abs(new Date(item!.deleted_at!).getTime() - before)).toBeLessThan(60_000);
  });

  it('is found by its key nowhere, and its key is free at once', async () => {
    const id = await trashed(user, 'gone');
    const answers = [
      await ask(user, 'GET', `${SECRETS}/gone`),
      await ask(user, 'PATCH', `${SECRETS}/gone`, { value: 'x' }),
      await ask(user, 'DELETE', `${SECRETS}/gone`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    const searched = await ask(user, 'POST', '/api/v3.1/searches/secrets?_search=gone', {});
    const exported = await ask(user, 'GET', `${SECRETS}/share/export`);
    for (const { status, text } of [await ask(user, 'GET', `${SECRETS}?key=gone`), searched, exported])
      expect([status, text]).toEqual([200, expect.not.stringContaining('gone')]);
    for (const query of ['key=gone', '_search=gone'])
      expect(codeOf(await ask(user, 'GET', `${TRASH}?${query}`))).toEqual([400, 'bad_parameters_error']);
    expect((await put(user, 'gone', { value: 'again' })).status).toBe(200);
    expect(await idsFor(user)).toContain(id);
    expect((await ask(user, 'GET', `${SECRETS}/gone`)).body.value).toBe('again');
  });

  it('comes back as it was, with a new state, and once', async () => {
    await put(user, 'back', { description: 'what for', schema: { type: 'string' } });
    const before = await ask(user, 'GET', `${SECRETS}/back`);
    const id = idIn(await ask(user, 'DELETE', `${SECRETS}/back`));
    const answer = await restore(user, id);
    expect([answer.status, answer.body]).toEqual([
      200,
      { ...before.body, value: '', updated_at: expect.any(String) },
    ]);
    const after = await ask(user, 'GET', `${SECRETS}/back`);
    expect(after.body).toEqual({ ...before.body, updated_at: answer.body.updated_at });
    expect(after.headers.etag).toBe(answer.headers.etag);
    expect(after.headers.etag).not.toBe(before.headers.etag);
    expect(await idsFor(user)).not.toContain(id);
    expect(codeOf(await restore(user, id))).toEqual([404, 'not_found_error']);
    expect(codeOf(await purge(manager, id))).toEqual([404, 'not_found_error']);
    expect(await recorded(id)).toEqual([
      'secret.delete ok back',
      'secret.restore ok back',
      'secret.restore not_found',
      'secret.purge not_found',
    ]);
  });

  it('does not come back onto a key that is taken', async () => {
    const id = await trashed(user, 'taken');
    await put(user, 'taken', { value: 'newer' });
    const answer = await restore(user, id);
    expect([...codeOf(answer), answer.body.message]).toEqual([
      409,
      'conflict_error',
      expect.stringContaining('`taken` is taken'),
    ]);
    expect((await ask(user, 'GET', `${SECRETS}/taken`)).body.value).toBe('newer');
    expect(await idsFor(user)).toContain(id);
    expect(await recorded(id)).toEqual(['secret.delete ok taken', 'secret.restore conflict taken']);
  });

  it('does not come back beside a global secret of its key, and a global one not beside any other', async () => {
    const plain = await trashed(user, 'world');
    await put(ADMIN, 'world', { visibility: 'global' });
    expect((await restore(user, plain)).status).toBe(409);
    const global = idIn(await ask(ADMIN, 'DELETE', `${SECRETS}/world`));
    expect((await restore(user, plain)).status).toBe(200);
    const answer = await restore(ADMIN, global);
    expect([answer.status, answer.body.message]).toEqual([409, expect.stringContaining('is global')]);
    await ask(user, 'DELETE', `${SECRETS}/world`);
    expect((await restore(ADMIN, global)).status).toBe(200);
    expect((await ask(user, 'GET', `${SECRETS}/world`)).body.value).toBe('value-of-world');
    await ask(ADMIN, 'DELETE', `${SECRETS}/world`);
  });

  it('is destroyed by a purge, for good', async () => {
    const id = await trashed(user, 'destroyed');
    expect(codeOf(await purge(user, id))).toEqual([403, 'forbidden_error']);
    const answer = await purge(manager, id);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await room.database.asSuperuser('SELECT FROM secrets WHERE id = $1', [id])).toEqual([]);
    expect(codeOf(await restore(manager, id))).toEqual([404, 'not_found_error']);
    expect((await recorded(id)).slice(0, 2)).toEqual([
      'secret.delete ok destroyed',
      'secret.purge ok destroyed',
    ]);
  });

  it('is named by a UUID only, and is in the trash of its own tenant only', async () => {
    const id = await trashed(user, 'own');
    for (const wrong of ['own', `${id}0`]) expect((await restore(user, wrong)).status).toBe(400);
    expect(await idsFor(stranger)).toEqual([]);
    for (const answer of [await restore(stranger, id), await purge(stranger, id)])
      expect(answer.status).toBe(404);
    const { login } = stranger;
    expect((await ask({ login, tenant: 'payments' }, 'GET', TRASH)).status).toBe(403);
    expect((await restore(user, id.toUpperCase())).status).toBe(200);
  });
});

describe('the rights to what is in the trash', () => {
  it('are those of the living secret', async () => {
    const mine = await trashed(manager, 'private', { visibility: 'private' });
    const hidden = await trashed(manager, 'hidden', { is_hidden_value: true });
    expect(await idsFor(user)).not.toContain(mine);
    expect(await idsFor(user)).toContain(hidden);
    expect(await idsFor(manager)).toEqual(expect.arrayContaining([mine, hidden]));
    const absent = await restore(user, mine);
    const matched = await restore(user, mine, { 'If-Match': '*' });
    expect([absent.status, matched.status]).toEqual([404, 412]);
    for (const { text } of [absent, matched]) expect(text).not.toContain('private.key');
    expect(absent.body.message).toBe(String((await restore(user, mine)).body.message));
    expect(codeOf(await restore(user, hidden))).toEqual([403, 'forbidden_error']);
    expect((await restore(viewer, hidden)).body.message).toContain('secret_restore');
    expect((await restore(manager, mine)).status).toBe(200);
    expect((await restore(ADMIN, hidden)).status).toBe(404);
    expect((await purge({ ...ADMIN, tenant: 'payments' }, hidden)).status).toBe(204);
  });

  it('follow If-Match and If-None-Match, and the tenant may require them', async () => {
    const id = await trashed(user, 'matched');
    const { etag } = (await listed(user)).find((item) => item.id === id)!;
    for (const [name, tag] of [
      ['If-Match', '"other"'],
      ['If-None-Match', etag!],
    ] as const) {
      const headers = { [name]: tag };
      expect(codeOf(await restore(user, id, headers))).toEqual([412, 'precondition_failed']);
      expect((await purge(manager, id, headers)).status).toBe(412);
    }
    await ask(manager, 'PATCH', '/api/v3.1/tenants/payments/settings', { require_if_match: true });
    expect(codeOf(await restore(user, id))).toEqual([428, 'precondition_required']);
    expect(codeOf(await purge(manager, id))).toEqual([428, 'precondition_required']);
    const answer = await restore(user, id, { 'If-Match': etag! });
    await ask(manager, 'PATCH', '/api/v3.1/tenants/payments/settings', { require_if_match: false });
    expect(answer.status).toBe(200);
    expect((await restore(user, id, { 'If-Match': etag! })).status).toBe(412);
  });

  it('let a user be deleted whose secrets are in the trash, and make who restores them their owner', async () => {
    const leaver = await room.member('payments', 'leaver', 'user');
    const shared = await trashed(leaver, 'left');
    const mine = await trashed(leaver, 'left-private', { visibility: 'private', is_hidden_value: true });
    expect((await ask(ADMIN, 'DELETE', '/api/v3.1/users/leaver')).status).toBe(204);
    expect((await restore(user, mine)).status).toBe(404);
    const answers = [await restore(user, shared), await restore(manager, mine)];
    expect(answers.map(({ body }) => body.created_by)).toEqual(['ulla', 'payments-manager']);
    expect(await recorded(shared)).toContain('secret.restore ok left {"owner": "ulla"}');
    const read = await ask(user, 'GET', `${SECRETS}/left`);
    expect(read.body).toMatchObject({ value: 'value-of-left', created_by: 'ulla' });
    expect((await ask(ADMIN, 'DELETE', '/api/v3.1/users/ulla')).status).toBe(409);
  });

  it('let a tenant be deleted, whose trash is purged and counted', async () => {
    const last = await room.tenant('closing', 'manager');
    const ids = [await trashed(last, 'one'), await trashed(last, 'two', { visibility: 'private' })];
    await put(last, 'living');
    const [tenant] = await room.database.asSuperuser<{ id: string }>(
      `SELECT id FROM tenants WHERE name = 'closing'`,
    );
    await ask(ADMIN, 'DELETE', '/api/v3.1/tenants/users', {
      tenant_name: 'closing',
      username: 'closing-manager',
    });
    const remove = () => ask(ADMIN, 'DELETE', '/api/v3.1/tenants/closing');
    expect((await remove()).status).toBe(409);
    await ask({ ...ADMIN, tenant: 'closing' }, 'DELETE', `${SECRETS}/living`);
    expect((await remove()).status).toBe(204);
    expect(await room.database.asSuperuser('SELECT FROM secrets WHERE id = ANY ($1)', [ids])).toEqual([]);
    const events = await room.database.asSuperuser(
      `SELECT outcome, body::json -> 'detail' AS detail FROM audit_events
       WHERE action = 'tenant.delete' AND key = 'closing' ORDER BY id`,
    );
    expect(events).toEqual([
      { outcome: 'conflict', detail: null },
      { outcome: 'ok', detail: { tenant: tenant?.id, trashed: '3' } },
    ]);
  });
});

describe('callers who meet at one secret in the trash', () => {
  it('restore it once, and only where its key is free', async () => {
    for (let round = 0; round < 6; round += 1) {
      const key = `raced-${round}`;
      const id = await trashed(user, key);
      const answers = await Promise.all([
        restore(user, id),
        restore(manager, id),
        put(user, key, { value: 'other' }),
        round % 2 === 0 ? purge(manager, id) : restore({ ...ADMIN, tenant: 'payments' }, id),
      ]);
      const statuses = answers.map(({ status }) => status);
      for (const status of statuses) expect([200, 204, 404, 409]).toContain(status);
      const rows = await room.database.asSuperuser<{ living: boolean; id: string }>(
        'SELECT deleted_at IS NULL AS living, id FROM secrets WHERE key = $1',
        [key],
      );
      expect(rows.filter(({ living }) => living)).toHaveLength(1);
      const restored = statuses.filter((status, index) => status === 200 && index !== 2).length;
      expect([rows.find(({ living }) => living)?.id === id, statuses[2]]).toEqual(
        restored === 1 ? [true, 409] : [false, 200],
      );
      expect(restored).toBeLessThanOrEqual(1);
    }
  });
});

describe('what the trash keeps', () => {
  /** Runs the job until it has nothing to do. */
  async function sweep(service = room): Promise<void> {
    const job = service.service.app.get(TrashSweep);
    const dataSource = service.service.app.get(DataSource);
    for (let result: JobResult = 'more'; result === 'more';)
      result = await dataSource.transaction((manager) => job.run(manager, new AbortController().signal));
  }
  const age = (id: string, days: number) =>
    room.database.asSuperuser(
      `UPDATE secrets SET deleted_at = now() - make_interval(days => $2) WHERE id = $1`,
      [id, days],
    );
  const settings = (body: object, as: As = manager) =>
    ask(as, 'PATCH', '/api/v3.1/tenants/payments/settings', body);

  it('is as old as its tenant has set, within the bounds of the installation', async () => {
    const [old, young] = [await trashed(user, 'old'), await trashed(user, 'young')];
    const theirs = await trashed(stranger, 'old');
    for (const id of [old, theirs]) await age(id, 20);
    await age(young, 5);
    expect(codeOf(await settings({ trash_days: 10 }, user))).toEqual([403, 'forbidden_error']);
    for (const days of [0, 366, 1.5, '10'])
      expect(codeOf(await settings({ trash_days: days }))).toEqual([400, 'bad_parameters_error']);
    await sweep();
    expect(await idsFor(user)).toEqual(expect.arrayContaining([old, young]));
    const set = await settings({ trash_days: 10 });
    expect([set.status, set.body.trash_days]).toEqual([200, 10]);
    await sweep();
    expect(await idsFor(user)).not.toContain(old);
    expect(await idsFor(user)).toContain(young);
    expect(await idsFor(stranger)).toEqual([theirs]);
    expect(await recorded(old)).toEqual(['secret.delete ok old', 'secret.purge ok old {"reason": "age"}']);
    const answer = await ask(user, 'DELETE', `${SECRETS}/${(await put(user, 'short')).body.key as string}`);
    const { kept_until: end, deleted_at: begin } = (await listed(user)).find(
      ({ id }) => id === idIn(answer),
    )!;
    expect(new Date(end!).getTime() - new Date(begin!).getTime()).toBe(10 * DAY_MS);
    const [event] = await room.database.asSuperuser(
      `SELECT body::json -> 'detail' AS detail FROM audit_events
       WHERE action = 'tenant_settings.update' AND outcome = 'ok' ORDER BY id DESC LIMIT 1`,
    );
    expect(event).toEqual({ detail: { trash_days: '10' } });
    const back = await settings({ trash_days: null });
    expect([back.status, back.body.trash_days]).toEqual([200, 30]);
  });

  it('is bounded in number and in bytes, the oldest purged first', async () => {
    const small = await room.replica({
      STRONGROOM_MAX_TRASH_ENTRIES: '3',
      STRONGROOM_MAX_TRASH_BYTES: '2000',
      STRONGROOM_MIN_TRASH_DAYS: '30',
    });
    await small.stopJobs();
    try {
      const owner = await room.tenant('bounded', 'manager');
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1) ids.push(await trashed(owner, `b${n}`, { value: 'x'.repeat(100) }));
      // The bounds of this installation hold whatever a tenant has set in another.
      await ask(owner, 'PATCH', '/api/v3.1/tenants/bounded/settings', { trash_days: 1 });
      for (const [n, id] of ids.entries()) await age(id, 10 - n);
      await sweep(small);
      expect(await idsFor(owner)).toEqual([ids[4], ids[3], ids[2]]);
      expect(await recorded(ids[0]!)).toContain('secret.purge ok b0 {"reason": "entries"}');
      const large = await trashed(owner, 'large', { value: 'x'.repeat(1_650) });
      await sweep(small);
      expect(await idsFor(owner)).toEqual([large, ids[4]]);
      expect(await recorded(ids[3]!)).toContain('secret.purge ok b3 {"reason": "bytes"}');
      const caller = await room.database.asSuperuser(
        `SELECT body::json -> 'caller' ->> 'method' AS method FROM audit_events WHERE secret_id = $1 AND action = 'secret.purge'`,
        [ids[3]],
      );
      expect(caller).toEqual([{ method: 'system' }]);
    } finally {
      await small.stop();
    }
  });
});
