import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const OUTSIDER = { login: 'outsider:password' };

/** Sends the first requests of `cfy` and the web console. */
describe.each(['v3', 'v3.1'])('under /api/%s', (version) => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.user('outsider', 'password');
  });
  afterAll(() => room.stop());

  const get = (path: string, as = OUTSIDER) => room.call(as, 'GET', `/api/${version}${path}`);

  it('tells everybody who can log in that the service works', async () => {
    const { status, body } = await get('/status');
    expect(status).toBe(200);
    const active = { status: 'Active', is_remote: false, extra_info: {} };
    const running = { instances: [{ state: 'running' }] };
    expect(body).toEqual(
      version === 'v3.1'
        ? { status: 'OK', services: { Strongroom: active, PostgreSQL: active } }
        : {
            status: 'running',
            services: [
              { display_name: 'Strongroom', ...running },
              { display_name: 'PostgreSQL', ...running },
            ],
          },
    );
  });

  it('takes a summary for v3.1', async () => {
    const { status, body } = await get('/status?summary=True');
    expect(status).toBe(200);
    if (version === 'v3.1') expect(body).toEqual({});
    expect((await get('/status?summary=perhaps')).status).toBe(400);
  });

  it.each(['/managers', '/brokers', '/db-nodes'])('has no %s', async (path) => {
    const { status, body } = await get(path);
    expect(status).toBe(200);
    expect(body).toEqual({ items: [], metadata: { pagination: { total: 0, size: 1000, offset: 0 } } });
  });

  it('has no context of a provider', async () => {
    const answer = await get('/provider/context', ADMIN as typeof OUTSIDER);
    expect(answer.status).toBe(404);
    expect(answer.body.error_code).toBe('not_found_error');
  });

  it('gives the console the roles and what they may do', async () => {
    const { status, body } = await get('/config');
    expect(status).toBe(200);
    const { roles, permissions } = body.authorization as {
      roles: { name: string; type: string }[];
      permissions: Record<string, string[]>;
    };
    expect(roles.map(({ name }) => name)).toEqual([
      ...['sys_admin', 'manager', 'user', 'operations', 'viewer', 'default', 'auditor'],
    ]);
    expect(permissions.administrators).toEqual(['manager', 'sys_admin']);
  });

  it('gives the console a license that has not expired', async () => {
    expect((await get('/license')).body).toMatchObject({ items: [{ expired: false, trial: false }] });
  });

  it.each(['/status', '/maintenance', '/managers', '/provider/context', '/config', '/license'])(
    'asks for a login before %s',
    async (path) => {
      expect((await room.send({ path: `/api/${version}${path}` })).status).toBe(401);
    },
  );

  it('says OK to everybody', async () => {
    const answer = await room.send({ path: `/api/${version}/ok` });
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('"OK"');
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });
});
