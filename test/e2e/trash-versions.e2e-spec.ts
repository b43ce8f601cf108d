import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { JobResult } from '../../src/jobs/job.js';
import { TrashSweep } from '../../src/secrets/trash/trash-sweep.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const SECRETS = '/api/v3.1/secrets';
const TRASH = '/api/v3.1/trash/secrets';

let room: Strongroom;
let manager: As;
let user: As;
beforeAll(async () => {
  room = await Strongroom.start();
  await room.stopJobs();
  manager = await room.tenant('payments', 'manager');
  user = await room.member('payments', 'ulla', 'user');
});
afterAll(() => room.stop());

const ask = (as: As, method: string, path: string, body?: unknown) => room.call(as, method, path, body);

async function write(as: As, key: string, values: readonly string[], more: object = {}): Promise<void> {
  const [first, ...others] = values;
  expect((await ask(as, 'PUT', `${SECRETS}/${key}`, { value: first, ...more })).status).toBe(200);
  for (const value of others)
    expect((await ask(as, 'PATCH', `${SECRETS}/${key}`, { value })).status).toBe(200);
}

/** Makes a secret with those values, deletes it, and returns its id. */
async function trashed(as: As, key: string, values: readonly string[], more?: object): Promise<string> {
  await write(as, key, values, more);
  return (await ask(as, 'DELETE', `${SECRETS}/${key}`)).headers['strongroom-trash-id'] as string;
}
const restore = (as: As, id: string) => ask(as, 'POST', `${TRASH}/${id}/restore`);
const read = async (key: string, version: number, as: As = user) => {
  const { status, body } = await ask(as, 'GET', `${SECRETS}/${key}?version=${version}`);
  return status === 200 ? body.value : status;
};
const rows = async (...ids: string[]) => {
  const [row] = await room.database.asSuperuser<{ count: number }>(
    'SELECT count(*)::integer AS count FROM secret_versions WHERE secret_id = ANY ($1)',
    [ids],
  );
  return row?.count;
};
async function sweep(service: Strongroom): Promise<void> {
  const job = service.service.app.get(TrashSweep);
  const dataSource = service.service.app.get(DataSource);
  for (let result: JobResult = 'more'; result === 'more';)
    result = await dataSource.transaction((inside) => job.run(inside, new AbortController().signal));
}

describe('the versions of a secret in the trash', () => {
  it('cannot be reached by its key, nor by that of a newer secret, and come back with it', async () => {
    const id = await trashed(user, 'kept', ['one', 'two', 'three']);
    const paths = ['?version=1', '?at=2100-01-01T00:00:00Z', '/versions'];
    const statuses = async () =>
      [
        ...(await Promise.all(paths.map((path) => ask(user, 'GET', `${SECRETS}/kept${path}`)))),
        await ask(user, 'POST', `${SECRETS}/kept/versions/1/restore`),
        await ask(manager, 'DELETE', `${SECRETS}/kept/versions/1`),
      ].map(({ status }) => status);
    expect(await statuses()).toEqual([404, 404, 404, 404, 404]);
    await write(user, 'kept', ['newer']);
    expect(await read('kept', 2)).toBe(404);
    expect(await statuses()).toEqual([200, 200, 200, 200, 409]);
    await ask(user, 'DELETE', `${SECRETS}/kept`);
    expect(await rows(id)).toBe(2);
    expect((await restore(user, id)).body).toMatchObject({ version: 3 });
    expect([await read('kept', 1), await read('kept', 2), await read('kept', 3)]).toEqual([
      'one',
      'two',
      'three',
    ]);
    const again = await ask(user, 'POST', `${SECRETS}/kept/versions/1/restore`);
    expect([again.status, again.body.version, await read('kept', 4)]).toEqual([200, 4, 'one']);
  });

  it('are purged with it: by a caller, by the job, and with the tenant', async () => {
    const closing = await room.tenant('closing', 'manager');
    const ids = [
      await trashed(user, 'by-caller', ['one', 'two']),
      await trashed(user, 'by-job', ['one', 'two']),
      await trashed(closing, 'with-tenant', ['one', 'two']),
    ] as const;
    expect(await rows(...ids)).toBe(3);
    expect((await ask(manager, 'DELETE', `${TRASH}/${ids[0]}`)).status).toBe(204);
    expect(await rows(ids[0])).toBe(0);
    await room.database.asSuperuser(`UPDATE secrets SET deleted_at = '2020-01-01' WHERE id = $1`, [ids[1]]);
    await sweep(room);
    expect(await rows(ids[1])).toBe(0);
    expect(await rows(ids[2])).toBe(1);
    const membership = { tenant_name: 'closing', username: 'closing-manager' };
    await ask(ADMIN, 'DELETE', '/api/v3.1/tenants/users', membership);
    expect((await ask(ADMIN, 'DELETE', '/api/v3.1/tenants/closing')).status).toBe(204);
    expect(await rows(...ids)).toBe(0);
  });

  it('count among the bytes that a tenant keeps', async () => {
    const small = await room.replica({ STRONGROOM_MAX_TRASH_BYTES: '5000' });
    await small.stopJobs();
    try {
      const owner = await room.tenant('bounded', 'manager');
      const ids = [
        await trashed(owner, 'history', ['x'.repeat(3000), 'short']),
        await trashed(owner, 'recent', ['y'.repeat(3000), 'short']),
      ];
      await sweep(small);
      const { body } = await ask(owner, 'GET', TRASH);
      expect((body.items as { id: string }[]).map(({ id }) => id)).toEqual([ids[1]]);
      expect(await rows(...ids)).toBe(1);
    } finally {
      await small.stop();
    }
  });

  it('let the user be deleted who wrote them, and stay those of that owner after a restoration', async () => {
    const leaver = await room.member('payments', 'leaver', 'user');
    const shared = await trashed(leaver, 'left', ['one', 'two']);
    const secret = await trashed(leaver, 'left-private', ['one', 'two'], { visibility: 'private' });
    expect((await ask(ADMIN, 'DELETE', '/api/v3.1/users/leaver')).status).toBe(204);
    expect((await restore(user, shared)).body).toMatchObject({ created_by: 'ulla', version: 2 });
    expect([await read('left', 1), await read('left', 2)]).toEqual(['one', 'two']);
    expect((await restore(manager, secret)).body.created_by).toBe('payments-manager');
    for (const body of [{ visibility: 'tenant' }, { value: 'three' }])
      expect((await ask(manager, 'PATCH', `${SECRETS}/left-private`, body)).status).toBe(200);
    const owners = await room.database.asSuperuser(
      `SELECT v.version, v.visibility, u.username AS owner FROM secret_versions v JOIN users u ON u.id = v.owner_id
       WHERE v.secret_id = $1 ORDER BY v.version`,
      [secret],
    );
    const left = { visibility: 'private', owner: 'leaver' };
    expect(owners).toEqual([
      { version: 1, ...left },
      { version: 2, ...left },
    ]);
    expect(await Promise.all([1, 2, 3].map((version) => read('left-private', version)))).toEqual([
      404,
      404,
      'three',
    ]);
    expect(await read('left-private', 1, manager)).toBe('one');
  });
});
