import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const DEACTIVATED = {
  status: 'deactivated',
  activated_at: '',
  activation_requested_at: '',
  remaining_executions: null,
  requested_by: '',
};

describe.each(['v3', 'v3.1'])('maintenance mode under /api/%s', (version) => {
  let room: Strongroom;
  let user: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    user = await room.member('default_tenant', 'una', 'user');
    await room.secret(user, 'PUT', 'kept', 'value');
  });
  afterAll(() => room.stop());
  beforeEach(() => set('deactivate'));

  const path = `/api/${version}/maintenance`;
  const set = (action: string, as: As = ADMIN) => room.call(as, 'POST', `${path}/${action}`);
  const read = async (as: As = user) => (await room.call(as, 'GET', path)).body;
  const events = async (action: string) => {
    const rows = await room.database.asSuperuser<{ body: string }>(
      `SELECT body FROM audit_events WHERE body::json->>'action' LIKE $1 ORDER BY at DESC, id DESC`,
      [action],
    );
    return rows.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  };

  it('is off until an administrator asks for it', async () => {
    expect(await read()).toEqual(DEACTIVATED);
    const refused = await set('activate', user);
    expect([refused.status, refused.body.error_code]).toEqual([403, 'forbidden_error']);
    expect((await set('activate', {})).status).toBe(401);
    expect((await events('maintenance.%'))[0]).toMatchObject({
      action: 'maintenance.set',
      outcome: 'forbidden',
    });
    expect(await read()).toEqual(DEACTIVATED);
  });

  it('tells since when, and by whom', async () => {
    const before = Date.now();
    const activated = await set('activate');
    expect(activated.status).toBe(200);
    const { activated_at: at, ...rest } = activated.body;
    expect(at).toMatch(TIME);
    expect(Math.abs(Date.parse(at as string) - before)).toBeLessThan(60_000);
    expect(rest).toEqual({
      status: 'activated',
      activation_requested_at: at,
      remaining_executions: [],
      requested_by: 'admin',
    });
    expect(await read()).toEqual(activated.body);
    expect(await set('deactivate')).toMatchObject({ status: 200, body: DEACTIVATED });
    expect(await read()).toEqual(DEACTIVATED);
    const [ended, begun] = await events('maintenance.%activate');
    expect(ended).toMatchObject({ action: 'maintenance.deactivate', outcome: 'ok' });
    expect(begun).toMatchObject({ action: 'maintenance.activate', outcome: 'ok' });
  });

  it('is begun and ended once, whoever asks at the same moment', async () => {
    for (const action of ['activate', 'deactivate']) {
      const answers = await Promise.all([1, 2, 3, 4].map(() => set(action)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 304, 304, 304]);
      for (const { status, text } of answers) if (status === 304) expect(text).toBe('');
      const outcomes = (await events(`maintenance.${action}`)).slice(0, 4).map(({ outcome }) => outcome);
      expect(outcomes.sort()).toEqual(['conflict', 'conflict', 'conflict', 'ok']);
    }
  });

  it.each(['pause', 'ACTIVATE', '%20'])('knows no action %s', async (action) => {
    const answer = await set(action);
    expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
    expect(answer.body.message).toContain('`activate`');
  });

  it('closes secrets and changes, for everybody, and keeps that on record', async () => {
    await set('activate');
    for (const as of [user, ADMIN])
      for (const [method, route, body] of [
        ['GET', 'secrets/kept', undefined],
        ['GET', 'secrets', undefined],
        ['PUT', 'secrets/new', { value: 'x' }],
        ['PATCH', 'secrets/kept', { value: 'x' }],
        ['DELETE', 'secrets/kept', undefined],
      ] as const) {
        const answer = await room.call(as, method, `/api/${version}/${route}`, body);
        expect([answer.status, answer.body.error_code]).toEqual([503, 'maintenance_mode_active']);
        expect(answer.body.message).toMatch(/in maintenance mode.*maintenance\/deactivate/);
        expect(answer.headers).not.toHaveProperty('retry-after');
      }
    const tried = await room.call(ADMIN, 'PUT', `/api/${version}/users`, {
      username: 'x',
      password: 'password',
    });
    expect(tried.status).toBe(503);
    for (const action of ['secret.read', 'secret.create', 'user.create'])
      expect((await events(action))[0]).toMatchObject({ outcome: 'maintenance' });
    expect((await events('secret.read'))[0]).toMatchObject({ key: 'kept' });
    await set('deactivate');
    expect((await room.secret(user, 'GET', 'kept')).body.value).toBe('value');
    expect((await room.secret(user, 'GET', 'new')).status).toBe(404);
  });

  it('refuses who has no right or no login as ever', async () => {
    await set('activate');
    expect((await room.secret({ ...user, tenant: 'other' }, 'GET', 'kept')).status).toBe(403);
    expect((await room.secret({ login: 'una:wrong', tenant: 'default_tenant' }, 'GET', 'kept')).status).toBe(
      401,
    );
  });

  it('lets people log in and look around', async () => {
    await set('activate');
    for (const route of [
      'status',
      'version',
      'user',
      'config',
      'license',
      'managers',
      'brokers',
      'db-nodes',
      'ok',
    ])
      expect([route, (await room.call(user, 'GET', `/api/${version}/${route}`)).status]).toEqual([
        route,
        200,
      ]);
    expect((await room.send({ path: '/health/ready' })).status).toBe(200);
    const made = await room.call(ADMIN, 'POST', '/api/v3.1/tokens', {});
    expect(made.status).toBe(200);
    const token = { 'Authentication-Token': String(made.body.value) };
    expect(
      (
        await room.call({}, 'GET', `/api/${version}/secrets`, undefined, {
          ...token,
          tenant: 'default_tenant',
        })
      ).status,
    ).toBe(503);
    expect((await room.call({}, 'POST', `${path}/deactivate`, undefined, token)).status).toBe(200);
  });

  it('holds on every replica with the next request', async () => {
    const replica = await room.replica();
    try {
      for (let round = 0; round < 3; round += 1) {
        expect((await replica.secret(user, 'GET', 'kept')).status).toBe(200);
        await set('activate');
        expect((await replica.secret(user, 'GET', 'kept')).status).toBe(503);
        await replica.call(ADMIN, 'POST', `${path}/deactivate`);
        expect((await room.secret(user, 'GET', 'kept')).status).toBe(200);
      }
    } finally {
      await replica.stop();
    }
  });
});
