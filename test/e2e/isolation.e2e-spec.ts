import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

/** Creates as tenant A, attacks as tenant B and checks again as A, for each verb. */
describe('tenants kept apart', () => {
  let room: Strongroom;
  let tenantA: As & { login: string; tenant: string };
  let tenantB: As & { login: string; tenant: string };
  beforeAll(async () => {
    room = await Strongroom.start();
    tenantA = await room.tenant('tenant-a');
    tenantB = await room.tenant('tenant-b');
  });
  afterAll(() => room.stop());

  const attacks = [
    ['GET', undefined],
    ['PATCH', 'stolen'],
    ['DELETE', undefined],
  ] as const;

  it.each(attacks)('answers %s of another tenant as if there were nothing', async (method, value) => {
    const key = `own-${method.toLowerCase()}`;
    const before = await room.secret(tenantA, 'PUT', key, 'of A');
    const attack = await room.secret(tenantB, method, key, value);
    const absent = await room.secret(tenantB, method, 'never-existed', value);
    expect(attack.status).toBe(404);
    expect(attack.text.replaceAll(key, 'KEY')).toBe(absent.text.replaceAll('never-existed', 'KEY'));
    expect((await room.secret(tenantA, 'GET', key)).body).toEqual(before.body);
  });

  it.each([...attacks, ['PUT', 'planted']] as const)(
    'refuses %s with the header of another tenant',
    async (method, value) => {
      const key = `named-${method.toLowerCase()}`;
      const before = method === 'PUT' ? undefined : await room.secret(tenantA, 'PUT', key, 'of A');
      const attack = await room.secret({ ...tenantB, tenant: 'tenant-a' }, method, key, value);
      expect(attack.status).toBe(403);
      expect(attack.body.error_code).toBe('forbidden_error');
      const after = await room.secret(tenantA, 'GET', key);
      if (before === undefined) expect(after.status).toBe(404);
      else expect(after.body).toEqual(before.body);
    },
  );

  it('gives each tenant the same key with a value of its own', async () => {
    await room.secret(tenantA, 'PUT', 'shared-name', 'of A');
    await room.secret(tenantB, 'PUT', 'shared-name', 'of B');
    expect((await room.secret(tenantA, 'GET', 'shared-name')).body.value).toBe('of A');
    await room.secret(tenantB, 'DELETE', 'shared-name');
    expect((await room.secret(tenantA, 'GET', 'shared-name')).body.value).toBe('of A');
  });

  it('lists and counts only the own', async () => {
    await room.secret(tenantA, 'PUT', 'listed-a', 'x');
    const list = await room.call(tenantB, 'GET', '/api/v3/secrets');
    expect(list.text).not.toContain('listed-a');
    const own = (list.body.items as { tenant_name: string }[]).map(({ tenant_name }) => tenant_name);
    expect(new Set(own).size).toBeLessThanOrEqual(1);
    expect(list.body.metadata).toEqual({ pagination: { total: own.length, size: 1000, offset: 0 } });
  });

  it('gives a thousand mixed requests of one moment each its own answer', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await room.secret(tenantA, 'PUT', `mixed-${index}`, `A${index}`);
        await room.secret(tenantB, 'PUT', `mixed-${index}`, `B${index}`);
      }),
    );
    const asked = Array.from({ length: 1000 }, (_, index) => ({
      who: index % 2 === 0 ? 'A' : 'B',
      number: index % 25,
    }));
    const answers = await Promise.all(
      asked.map(({ who, number }) => room.secret(who === 'A' ? tenantA : tenantB, 'GET', `mixed-${number}`)),
    );
    answers.forEach((answer, index) => {
      const { who, number } = asked[index] ?? { who: '', number: 0 };
      if (number >= 20) expect(answer.status).toBe(404);
      else expect(answer.body.value).toBe(`${who}${number}`);
    });
  });

  const headers = [
    '',
    ' ',
    'TENANT-A',
    'Tenant-A',
    'tenant-a,tenant-b',
    'tenant-b,tenant-a',
    '../tenant-a',
    'tenant%2Da',
  ];
  it.each([...headers, "tenant-a' OR '1'='1", 'tenаnt-a', 'tenant-a\t', 'x'.repeat(8000)])(
    'refuses the tenant header %j of a stranger',
    async (tenant) => {
      const answer = await room.secret(
        { login: tenantB.login, tenant: Buffer.from(tenant).toString('latin1') },
        'GET',
        'listed-a',
      );
      expect(answer.status).toBe(403);
      expect(answer.text).not.toContain('of A');
    },
  );

  it('refuses a missing, a doubled and an unknown tenant', async () => {
    const missing = await room.secret({ login: tenantA.login }, 'GET', 'listed-a');
    expect(missing.status).toBe(403);
    const doubled = await room.send({
      path: '/api/v3/secrets/listed-a',
      rawHeaders: [
        ...['Host', 'x', 'Authorization', `Basic ${Buffer.from(tenantA.login).toString('base64')}`],
        ...['tenant', 'tenant-a', 'tenant', 'tenant-a'],
      ],
    });
    expect(doubled.status).toBe(400);
    const unknown = await room.secret({ login: tenantA.login, tenant: 'no-such-tenant' }, 'GET', 'listed-a');
    const foreign = await room.secret({ login: tenantB.login, tenant: 'tenant-a' }, 'GET', 'listed-a');
    expect(unknown.status).toBe(403);
    expect(unknown.text.replaceAll('no-such-tenant', 'T')).toBe(foreign.text.replaceAll('tenant-a', 'T'));
    expect(String(unknown.body.message)).toMatch(/invalid tenant name.*no-such-tenant/);
    expect(String(unknown.body.message)).toMatch(
      /you lack the permission \w+ in the tenant .*can give you a role/,
    );
    expect(String(unknown.body.message)).toMatch(/secret_get.*no-such-tenant/);
    expect((await room.secret({ ...ADMIN, tenant: 'no-such-tenant' }, 'GET', 'listed-a')).status).toBe(403);
  });

  it('takes no advice from other headers or from the query', async () => {
    const advice = {
      'X-User-Id': 'admin',
      'X-Roles': 'sys_admin',
      'X-Forwarded-User': 'admin',
      'X-Original-URL': '/health/live',
      'X-HTTP-Method-Override': 'DELETE',
      'X-Tenant': 'tenant-a',
    };
    await room.secret(tenantA, 'PUT', 'advised', 'of A');
    const path = '/api/v3/secrets/advised';
    expect((await room.call(tenantB, 'GET', path, undefined, advice)).status).toBe(404);
    expect((await room.call({}, 'GET', path, undefined, advice)).status).toBe(401);
    expect((await room.call(tenantB, 'GET', `${path}?tenant_name=tenant-a&role=admin`)).status).not.toBe(200);
    expect((await room.secret(tenantA, 'GET', 'advised')).status).toBe(200);
  });

  it.each([
    ['viewer', [200, 403, 403, 403, 200]],
    ['operations', [200, 403, 403, 403, 200]],
    ['user', [200, 200, 200, 200, 200]],
    ['manager', [200, 200, 200, 200, 200]],
  ])('lets a %s do what the role may', async (role, expected) => {
    const member = await room.member('tenant-a', `a-${role}`, role);
    await room.secret(tenantA, 'PUT', `for-${role}`, 'x');
    const statuses = [
      await room.secret(member, 'GET', `for-${role}`),
      await room.secret(member, 'PUT', `by-${role}`, 'x'),
      await room.secret(member, 'PATCH', `for-${role}`, 'y'),
      await room.secret(member, 'DELETE', `for-${role}`),
      await room.call(member, 'GET', '/api/v3/secrets'),
    ].map(({ status }) => status);
    expect(statuses).toEqual(expected);
  });

  it('lets a lost membership take effect on the next request', async () => {
    const guest = await room.member('tenant-a', 'guest', 'viewer');
    expect((await room.call(guest, 'GET', '/api/v3/secrets')).status).toBe(200);
    await room.database.asSuperuser(
      "DELETE FROM tenant_users WHERE user_id = (SELECT id FROM users WHERE username = 'guest')",
    );
    expect((await room.call(guest, 'GET', '/api/v3/secrets')).status).toBe(403);
    await room.database.asSuperuser("UPDATE users SET active = false WHERE username = 'guest'");
    expect((await room.call(guest, 'GET', '/api/v3/secrets')).status).toBe(401);
  });
});
