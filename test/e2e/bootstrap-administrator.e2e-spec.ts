import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allMigrations } from '../../src/database/all-migrations.js';
import { migrate } from '../../src/database/migrate.js';
import { APP_ROLE, READER_ROLE, cloneDatabase } from '../support/database.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

describe.each(['v3', 'v3.1'])('the bootstrap administrator under /api/%s', (version) => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.user('second', 'password');
    await room.call(ADMIN, 'POST', '/api/v3.1/users/second', { role: 'sys_admin' });
  });
  afterAll(() => room.stop());

  const SECOND = { login: 'second:password' };
  const call = (method: string, path: string, body?: unknown) =>
    room.call(SECOND, method, `/api/${version}/users/${path}`, body);

  it('is never deleted, in whatever state, by whoever', async () => {
    const refused = async () => {
      const { status, body } = await call('DELETE', 'Admin');
      expect([status, body.error_code]).toEqual([409, 'conflict_error']);
      expect(body.message).toMatch(/^Cannot delete the bootstrap administrator `admin`/);
    };
    await refused();
    expect((await room.call(ADMIN, 'DELETE', `/api/${version}/users/admin`)).status).toBe(409);
    expect((await call('POST', 'admin', { role: 'default' })).status).toBe(200);
    await refused();
    expect((await call('POST', 'active/admin', { action: 'deactivate' })).status).toBe(200);
    await refused();
    await call('POST', 'active/admin', { action: 'activate' });
    await call('POST', 'admin', { role: 'sys_admin' });
    const rows = await room.database.asSuperuser(
      `SELECT body::json->>'outcome' AS outcome FROM audit_events WHERE body::json->>'action' = 'user.delete'`,
    );
    expect(rows).toEqual(rows.map(() => ({ outcome: 'conflict' })));
    expect(rows).toHaveLength(4);
  });

  it('is no other administrator', async () => {
    const made = await room.call(SECOND, 'PUT', `/api/${version}/users`, {
      username: 'third',
      password: 'password',
      role: 'sys_admin',
      is_bootstrap: true,
    });
    expect(made.status).toBe(201);
    expect((await call('DELETE', 'third')).status).toBeLessThan(300);
  });
});

describe('an installation from before there was a mark', () => {
  const BEFORE = 'AdministerInstallation1790000000012';

  it('keeps its oldest living administrator, by when the service made them', async () => {
    const database = await cloneDatabase({ empty: true });
    const options = { ownerUrl: database.ownerUrl, appRole: APP_ROLE, readerRole: READER_ROLE };
    const older = allMigrations.slice(
      0,
      allMigrations.findIndex(({ name }) => name === BEFORE),
    );
    expect(older.length).toBeGreaterThan(5);
    try {
      await migrate({ ...options, migrations: older });
      await database.asSuperuser(`
        INSERT INTO users (id, username, password_hash, system_role, created_at, deleted_at) VALUES
          ('01900000-0000-7000-8000-000000000001', 'gone', '-', 'sys_admin', now(), now()),
          ('01900000-0000-7000-8000-000000000002', 'worker', '-', 'default', now(), NULL),
          ('01900000-0000-7000-8000-000000000003', 'first', '-', 'sys_admin', now(), NULL),
          ('01900000-0000-7000-8000-000000000004', 'later', '-', 'sys_admin', '2001-01-01', NULL)`);
      await migrate({ ...options, migrations: allMigrations });
      const marked = await database.asSuperuser('SELECT username FROM users WHERE is_bootstrap');
      expect(marked).toEqual([{ username: 'first' }]);
    } finally {
      await database.drop();
    }
  });
});
