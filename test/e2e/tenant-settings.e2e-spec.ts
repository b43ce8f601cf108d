import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const SECRETS = '/api/v3.1/secrets';
const DEFAULTS = {
  require_if_match: false,
  trash_days: 30,
  audit_days: 400,
  max_versions: 20,
  max_versions_lower_bound: 1,
  max_versions_upper_bound: 100,
};
const SETTINGS = '/api/v3.1/tenants/payments/settings';

let room: Strongroom;
let manager: As;
let user: As;
let replica: Strongroom;
beforeAll(async () => {
  room = await Strongroom.start();
  replica = await room.replica();
  manager = await room.tenant('payments', 'manager');
  user = await room.member('payments', 'ulla', 'user');
});
afterAll(async () => {
  await replica.stop();
  await room.stop();
});

const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>, as: As = user) =>
  room.call(as, method, path, body, headers);
const set = (required: unknown, as: As = manager) =>
  ask('PATCH', SETTINGS, { require_if_match: required }, undefined, as);

describe('the settings of a tenant', () => {
  it('are the defaults until a manager changes them, each kept if it is left out', async () => {
    expect((await ask('GET', SETTINGS)).body).toEqual(DEFAULTS);
    for (const required of [true, false, true]) {
      const answer = await set(required);
      expect([answer.status, answer.body]).toEqual([200, { ...DEFAULTS, require_if_match: required }]);
      expect((await ask('GET', SETTINGS)).body).toEqual({ ...DEFAULTS, require_if_match: required });
    }
    await set(false, ADMIN);
    expect((await ask('GET', SETTINGS)).body).toEqual(DEFAULTS);
  });

  it('are refused if there is nothing to change, or it is no boolean', async () => {
    const answers = [
      await ask('PATCH', SETTINGS, {}, undefined, manager),
      await set(null),
      await set('maybe'),
      await ask('PATCH', SETTINGS, { requireIfMatch: true }, undefined, manager),
    ];
    expect(answers.map(({ status, body }) => [status, body.error_code])).toEqual([
      [400, 'illegal_action_error'],
      ...Array.from({ length: 3 }, () => [400, 'bad_parameters_error']),
    ]);
    expect((await ask('GET', SETTINGS)).body).toEqual(DEFAULTS);
  });

  it('are those of the tenant in the path, for those who have the right there', async () => {
    expect((await set(true, user)).status).toBe(403);
    const stranger = await room.tenant('elsewhere', 'manager');
    for (const as of [stranger, { ...stranger, tenant: 'payments' }]) {
      expect((await set(true, as)).status).toBe(403);
      expect((await ask('GET', SETTINGS, undefined, undefined, as)).status).toBe(403);
    }
    expect((await ask('GET', '/api/v3.1/tenants/nowhere/settings', undefined, undefined, ADMIN)).status).toBe(
      403,
    );
    expect((await ask('GET', SETTINGS.replace('v3.1', 'v3'))).status).toBe(404);
  });

  it('are on record in the log of the tenant, with their new values', async () => {
    await set(true);
    await set(false);
    const events = await room.database.asSuperuser(
      `SELECT t.name AS log, body::json ->> 'action' AS action, body::json -> 'detail' AS detail
       FROM audit_events e JOIN tenants t ON t.id = e.log_id
       WHERE action = 'tenant_settings.update' AND outcome = 'ok' ORDER BY e.id DESC LIMIT 2`,
    );
    const change = { log: 'payments', action: 'tenant_settings.update' };
    expect(events).toEqual([
      { ...change, detail: { require_if_match: 'false' } },
      { ...change, detail: { require_if_match: 'true' } },
    ]);
  });
});

describe('the days for which the events of a tenant are kept', () => {
  const keep = (days: unknown, as: As = ADMIN) => ask('PATCH', SETTINGS, { audit_days: days }, undefined, as);

  it('are set by administrators, not by managers of the tenant', async () => {
    for (const days of [0, 90, 36_500]) {
      const answer = await keep(days);
      expect([answer.status, answer.body.audit_days]).toEqual([200, days]);
      expect((await ask('GET', SETTINGS)).body.audit_days).toBe(days);
    }
    const refused = await keep(1_000, manager);
    expect([refused.status, refused.body.message]).toEqual([
      403,
      expect.stringContaining('tenant_update_bounds'),
    ]);
    expect((await ask('GET', SETTINGS)).body.audit_days).toBe(36_500);
  });

  it('are never below the floor of the installation', async () => {
    await keep(400);
    const tooFew = await keep(89);
    expect([tooFew.status, tooFew.body.message]).toEqual([
      400,
      expect.stringMatching(/`audit_days` must be at least 90 .* or 0 to keep the events for ever/),
    ]);
    for (const days of [-1, 36_501, 1.5, '400']) expect((await keep(days)).status).toBe(400);
    expect((await ask('GET', SETTINGS)).body.audit_days).toBe(400);
    await room.database.asSuperuser('UPDATE tenant_settings SET audit_days = 31');
    expect((await ask('GET', SETTINGS)).body.audit_days).toBe(90);
    await room.database.asSuperuser('UPDATE tenant_settings SET audit_days = NULL');
  });

  it('are those of the installation again once they are taken back, by administrators alone', async () => {
    await keep(500);
    expect((await keep(null, manager)).status).toBe(403);
    expect((await ask('GET', SETTINGS)).body.audit_days).toBe(500);
    const answer = await keep(null);
    expect([answer.status, answer.body.audit_days]).toEqual([200, DEFAULTS.audit_days]);
    expect(
      await room.database.asSuperuser('SELECT audit_days FROM tenant_settings WHERE audit_days IS NOT NULL'),
    ).toEqual([]);
  });

  it('are on record where they were changed', async () => {
    await keep(500);
    await keep(null);
    const events = await room.database.asSuperuser(
      `SELECT body::json -> 'detail' AS detail FROM audit_events
       WHERE action = 'tenant_settings.update' AND outcome = 'ok' ORDER BY id DESC LIMIT 2`,
    );
    expect(events).toEqual([{ detail: { audit_days: 'null' } }, { detail: { audit_days: '500' } }]);
  });
});

describe('a tenant that requires If-Match', () => {
  beforeEach(async () => {
    await set(false);
    await ask('DELETE', `${SECRETS}/kept`);
    await ask('PUT', `${SECRETS}/kept`, { value: 'canary' });
    await set(true);
  });

  const changes = ['/api/v3', '/api/v3.1'].flatMap((prefix) => [
    ['PUT', `${prefix}/secrets/kept`, { value: 'new', update_if_exists: true }] as const,
    ['PATCH', `${prefix}/secrets/kept`, { value: 'new' }] as const,
    ['PATCH', `${prefix}/secrets/kept/set-visibility`, { visibility: 'tenant' }] as const,
    ['DELETE', `${prefix}/secrets/kept`, undefined] as const,
  ]);

  it.each(changes)('answers %s %s with 428 without it, on every replica', async (method, path, body) => {
    for (const service of [room, replica]) {
      const answer = await service.call(user, method, path, body);
      expect([answer.status, answer.body.error_code]).toEqual([428, 'precondition_required']);
      expect(answer.body.message).toMatch(/`payments`.*`If-Match`.*`kept`/);
    }
    const unless = await ask(method, path, body, { 'If-None-Match': '"other"' });
    expect(unless.status).toBe(428);
    expect((await ask('GET', `${SECRETS}/kept`)).body.value).toBe('canary');
    expect((await ask(method, path, body, { 'If-Match': '"other"' })).status).toBe(412);
    expect((await ask(method, path, body, { 'If-Match': '*' })).status).toBeLessThan(300);
  });

  it('creates without it, and tells nobody what exists', async () => {
    await ask('DELETE', `${SECRETS}/made`, undefined, { 'If-Match': '*' });
    expect((await ask('PUT', `${SECRETS}/made`, { value: 'x', update_if_exists: true })).status).toBe(200);
    expect((await ask('PUT', `${SECRETS}/kept`, { value: 'x' })).status).toBe(409);
    expect((await ask('PUT', `${SECRETS}/kept`, { value: 'x' }, { 'If-None-Match': '*' })).status).toBe(412);
    const private_ = { value: 'x', visibility: 'private' };
    await room.call(manager, 'PUT', `${SECRETS}/hidden`, private_);
    expect((await ask('PATCH', `${SECRETS}/hidden`, { value: 'y' })).status).toBe(404);
    expect((await ask('PATCH', `${SECRETS}/absent`, { value: 'y' })).status).toBe(404);
    expect((await ask('PUT', `${SECRETS}/hidden`, { value: 'y', update_if_exists: true })).status).toBe(409);
  });

  it('still takes imports that override, and leaves other tenants alone', async () => {
    const row = { key: 'kept', value: 'imported', tenant_name: 'payments', visibility: 'tenant' };
    const rows = {
      secrets_list: [{ ...row, is_hidden_value: false, encrypted: false }],
      override_collisions: true,
    };
    const imported = await ask('POST', `${SECRETS}/share/import`, rows, undefined, manager);
    expect([imported.status, imported.body.secrets_errors]).toEqual([200, {}]);
    expect((await ask('GET', `${SECRETS}/kept`)).body.value).toBe('imported');
    await room.call(ADMIN, 'PUT', `${SECRETS}/free`, { value: 'x' });
    expect((await room.call(ADMIN, 'PATCH', `${SECRETS}/free`, { value: 'y' })).status).toBe(200);
  });
});
