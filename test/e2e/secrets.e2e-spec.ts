import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const FULL = ['created_at', 'created_by', 'key', 'permission', 'tenant_name', 'updated_at', 'value'];

describe('the five endpoints', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
  });
  afterAll(() => room.stop());

  it('creates, reads, changes, lists and deletes', async () => {
    const created = await room.secret(ADMIN, 'PUT', 'key1', 'value1');
    expect(created.status).toBe(200);
    expect(Object.keys(created.body).sort()).toEqual(FULL);
    expect(created.body).toMatchObject({
      key: 'key1',
      value: 'value1',
      permission: 'creator',
      tenant_name: 'default_tenant',
      created_by: 'admin',
    });
    expect(created.body.created_at).toMatch(TIME);
    expect(created.body.updated_at).toBe(created.body.created_at);

    expect((await room.secret(ADMIN, 'GET', 'key1')).body).toEqual(created.body);

    const changed = await room.secret(ADMIN, 'PATCH', 'key1', 'value2');
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ value: 'value2', created_at: created.body.created_at });
    expect(String(changed.body.updated_at) > String(created.body.updated_at)).toBe(true);

    const list = await room.call(ADMIN, 'GET', '/api/v3/secrets');
    const { value, ...item } = changed.body;
    expect(list.body).toEqual({
      items: [item],
      metadata: { pagination: { total: 1, size: 1000, offset: 0 } },
    });
    expect(list.text).not.toContain(String(value));

    const deleted = await room.secret(ADMIN, 'DELETE', 'key1');
    expect(deleted.status).toBe(200);
    expect(deleted.body).toEqual(changed.body);
    expect((await room.secret(ADMIN, 'GET', 'key1')).status).toBe(404);
    expect((await room.call(ADMIN, 'GET', '/api/v3/secrets')).body.items).toEqual([]);
  });

  it('says what is absent and what is there already', async () => {
    for (const [method, value] of [['GET'], ['PATCH', 'x'], ['DELETE']] as const) {
      const absent = await room.secret(ADMIN, method, 'absent', value);
      expect(absent.status).toBe(404);
      expect(absent.body).toEqual({
        message: 'Requested `Secret` with ID `absent` was not found',
        error_code: 'not_found_error',
        server_traceback: null,
      });
    }
    await room.secret(ADMIN, 'PUT', 'twice', 'first');
    const again = await room.secret(ADMIN, 'PUT', 'twice', 'second');
    expect(again.status).toBe(409);
    expect(again.body.error_code).toBe('conflict_error');
    expect((await room.secret(ADMIN, 'GET', 'twice')).body.value).toBe('first');
  });

  it('frees the key with the deletion', async () => {
    await room.secret(ADMIN, 'PUT', 'again', 'one');
    await room.secret(ADMIN, 'DELETE', 'again');
    expect((await room.secret(ADMIN, 'PUT', 'again', 'two')).status).toBe(200);
    expect((await room.secret(ADMIN, 'GET', 'again')).body.value).toBe('two');
  });

  it('keeps the version when the same value comes again, and moves the time', async () => {
    const before = await room.secret(ADMIN, 'PUT', 'same', 'one');
    const row = await room.database.asSuperuser(
      "SELECT version, revision, value FROM secrets WHERE key = 'same'",
    );
    const after = await room.secret(ADMIN, 'PATCH', 'same', 'one');
    expect(String(after.body.updated_at) >= String(before.body.updated_at)).toBe(true);
    const now = await room.database.asSuperuser(
      "SELECT version, revision, value FROM secrets WHERE key = 'same'",
    );
    expect(now).toEqual([{ ...row[0], revision: 2 }]);
    await room.secret(ADMIN, 'PATCH', 'same', 'two');
    expect(
      await room.database.asSuperuser("SELECT version, revision FROM secrets WHERE key = 'same'"),
    ).toEqual([{ version: 2, revision: 3 }]);
  });

  it('shows `creator` to who made it and nothing to others', async () => {
    const alice = await room.member('default_tenant', 'alice', 'user');
    await room.secret(ADMIN, 'PUT', 'of-admin', 'x');
    expect((await room.secret(alice, 'GET', 'of-admin')).body).toMatchObject({
      permission: '',
      created_by: 'admin',
    });
    const changed = await room.secret(alice, 'PATCH', 'of-admin', 'y');
    expect(changed.body).toMatchObject({ permission: '', created_by: 'admin', value: 'y' });
  });

  it('lets one of fifty parallel creations win', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => room.secret(ADMIN, 'PUT', 'raced', `value-${index}`)),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49);
    expect((await room.secret(ADMIN, 'GET', 'raced')).body.value).toBe(winners[0]?.body.value);
  });

  it('applies parallel updates one after the other', async () => {
    await room.secret(ADMIN, 'PUT', 'counted', 'start');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => room.secret(ADMIN, 'PATCH', 'counted', `value-${index}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(
      await room.database.asSuperuser("SELECT version, revision FROM secrets WHERE key = 'counted'"),
    ).toEqual([{ version: 21, revision: 21 }]);
  });
});
