import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { BadParameters, Conflict, NotFound } from '../../src/common/errors.js';
import { newId } from '../../src/common/ids.js';
import { TenantCreation } from '../../src/tenants/tenant-creation.js';
import { BootstrapAdministrator } from '../../src/users/bootstrap-administrator.js';
import { systemCaller } from '../support/callers.js';
import { IdentityServices, reasons } from './identity-services.js';

const PASSWORD = 'correct horse: battery';

/** Matches the failure of a change whose event cannot be written. */
const WITHOUT_EVENTS = { code: 'unavailable', cause: { message: expect.stringContaining('audit_events') } };

describe('UsersService', () => {
  let services: IdentityServices;
  beforeAll(async () => {
    services = await IdentityServices.open();
  });
  afterAll(() => services.close());

  const create = (username: string, password = PASSWORD, systemRole: 'default' | 'sys_admin' = 'default') =>
    services.users.create({ username, password, systemRole }, systemCaller());
  const setPassword = (username: string, password: string) =>
    services.users.setPassword(username, password, systemCaller());
  const addToTenant = (username: string, tenant: string, role: string) =>
    services.members.addByOperator(
      { kind: 'user', tenantName: tenant, name: username },
      role,
      systemCaller(),
    );
  const stored = (username: string) =>
    services.database.asSuperuser<{
      id: string;
      password_hash: string;
      system_role: string;
      active: boolean;
    }>(
      'SELECT id, password_hash, system_role, active FROM users WHERE username = $1 AND deleted_at IS NULL',
      [username],
    );
  const outcomes = async (key: string) =>
    (await services.events(key)).map(({ action, outcome }) => `${action} ${outcome}`);
  const roles = async (username: string) => {
    const rows = await services.database.asSuperuser<{ name: string; role: string }>(
      `SELECT t.name, m.role FROM tenant_users m JOIN users u ON u.id = m.user_id
       JOIN tenants t ON t.id = m.tenant_id WHERE u.username = $1`,
      [username],
    );
    return rows.map(({ name, role }) => `${name} ${role}`);
  };

  // Runs first, while there is no user.
  it('gives an installation its administrator, who is a user of the default tenant', async () => {
    const { dataSource, rootKeys, hasher, transaction } = services;
    const administrator = new BootstrapAdministrator();
    expect(await administrator.isMissing(dataSource.manager)).toBe(true);
    const passwordHash = await hasher.hash(PASSWORD);
    await transaction.run(SYSTEM_LOG, newId(), async (manager) => {
      const tenantId = await TenantCreation.of(rootKeys).ensureDefault(manager, systemCaller());
      await administrator.create(manager, { username: 'admin', passwordHash, tenantId }, systemCaller());
    });
    expect(await administrator.isMissing(dataSource.manager)).toBe(false);
    expect(await stored('admin')).toEqual([
      expect.objectContaining({ system_role: 'sys_admin', active: true, password_hash: passwordHash }),
    ]);
    expect(await roles('admin')).toEqual(['default_tenant user']);
    expect(await outcomes('admin')).toEqual(['user.create ok']);
    expect(await outcomes('default_tenant/admin')).toEqual(['tenant.add_user ok']);
    const [event] = await services.events('admin');
    expect(event?.caller).toMatchObject({ method: 'system', actor_id: null, actor_name: null });
  });

  it('stores a password as argon2id and nowhere in clear', async () => {
    await create('alice', PASSWORD, 'sys_admin');
    const [row] = await stored('alice');
    expect(row).toMatchObject({ system_role: 'sys_admin', active: true });
    expect(row!.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await services.hasher.verify(row!.password_hash, PASSWORD)).toBe(true);
    expect(await services.hasher.verify(row!.password_hash, `${PASSWORD} `)).toBe(false);
    const [event, ...more] = await services.bodies('alice');
    expect(more).toEqual([]);
    expect(event).not.toContain(PASSWORD);
    expect(event).not.toContain('argon2');
    expect(JSON.parse(event ?? '')).toMatchObject({
      action: 'user.create',
      outcome: 'ok',
      tenant_id: null,
      caller: { method: 'system' },
    });
  });

  it.each(['', '1st', 'a b', 'a:b', 'jörg', 'a\u0000', 'a\n', 'a\ud800', 'a'.repeat(257)])(
    'refuses the name %j',
    async (username) => {
      await expect(create(username)).rejects.toBeInstanceOf(BadParameters);
    },
  );

  it.each([
    ['four characters', 'abcd'],
    ['257 characters', 'a'.repeat(257)],
    ['four characters of two units each', '\u{1f511}'.repeat(4)],
    ['NUL', 'abc\u0000def'],
    ['a line end', 'abcdef\n'],
    ['an escape', 'abc\u001b[31m'],
    ['four letters, decomposed', 'e\u0301'.repeat(4)],
    ['half a surrogate pair', 'abcdef\ud800'],
  ])('refuses a password of %s', async (_, password) => {
    await expect(create('never-made', password)).rejects.toBeInstanceOf(BadParameters);
    await expect(setPassword('alice', password)).rejects.toBeInstanceOf(BadParameters);
    const [row] = await stored('alice');
    expect(await services.hasher.verify(row!.password_hash, PASSWORD)).toBe(true);
    expect(await stored('never-made')).toEqual([]);
  });

  it.each([
    ['five', 'a:b:c'],
    ['f256', '\u{1f511}'.repeat(256)],
    ['spaces', '  \u00e9 e\u0301  '],
  ])('keeps every character of a password it takes (%s)', async (username, password) => {
    await create(username, password);
    const [row] = await stored(username);
    expect(await services.hasher.verify(row!.password_hash, password)).toBe(true);
    expect(await services.hasher.verify(row!.password_hash, password.normalize('NFD'))).toBe(true);
    expect(await services.hasher.verify(row!.password_hash, password.trim())).toBe(
      password.trim() === password,
    );
  });

  it('knows a name in any case as the same', async () => {
    await create('Carol');
    const again = create('cAROL');
    await expect(again).rejects.toBeInstanceOf(Conflict);
    await expect(again).rejects.toThrow('User `cAROL` already exists');
    expect(await outcomes('cAROL')).toEqual(['user.create conflict']);
    expect(await stored('cAROL')).toEqual([]);
  });

  it('makes one user of ten that come at the same moment, and records the nine refused', async () => {
    const spellings = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? 'contested' : 'CONTESTED'));
    const results = await Promise.allSettled(spellings.map((username) => create(username)));
    const refused = reasons(results);
    expect(refused).toHaveLength(9);
    for (const reason of refused) expect(reason).toBeInstanceOf(Conflict);
    expect([...(await stored('contested')), ...(await stored('CONTESTED'))]).toHaveLength(1);
    const all = [...(await outcomes('contested')), ...(await outcomes('CONTESTED'))].sort();
    expect(all).toEqual([...Array.from({ length: 9 }, () => 'user.create conflict'), 'user.create ok']);
  });

  it('changes a password, whatever the case of the name', async () => {
    await create('dave');
    const [before] = await stored('dave');
    await setPassword('DAVE', 'another one entirely');
    const [after] = await stored('dave');
    expect(await services.hasher.verify(after!.password_hash, 'another one entirely')).toBe(true);
    expect(await services.hasher.verify(after!.password_hash, PASSWORD)).toBe(false);
    expect(after).toMatchObject({ id: before!.id, system_role: 'default', active: true });
    expect((await services.bodies('DAVE')).join('')).not.toContain('another one');
    expect(await outcomes('DAVE')).toEqual(['user.set_password ok']);
  });

  it.each([
    ['nobody'],
    ["x' OR 'a'='a"],
    ['\u212aate'],
    ['a\u0000b'],
    ['a\ud800'],
    ['%'],
    ['\u001b[2J'],
    ['n'.repeat(1_000_000)],
  ])('finds no user %#, and records that', async (username) => {
    if (username === '\u212aate') await create('kate');
    const events = async () => {
      const rows = await services.database.asSuperuser<{ outcome: string }>(
        `SELECT body::json->>'outcome' AS outcome FROM audit_events
         WHERE body::json->>'action' IN ('user.set_password', 'tenant.add_user') ORDER BY at, id`,
      );
      return rows.map(({ outcome }) => outcome);
    };
    const before = await events();
    const unknown = setPassword(username, PASSWORD);
    await expect(unknown).rejects.toBeInstanceOf(NotFound);
    await expect(unknown).rejects.toThrow(
      /^Requested `User` with ID `[^\p{C}\p{Zl}]{1,200}` was not found$/u,
    );
    await expect(addToTenant(username, 'default_tenant', 'user')).rejects.toBeInstanceOf(NotFound);
    await expect(addToTenant('alice', username, 'user')).rejects.toBeInstanceOf(NotFound);
    expect((await events()).slice(before.length)).toEqual(['not_found', 'not_found', 'not_found']);
  });

  it('leaves deleted users out, and their names are free again', async () => {
    await create('erin');
    await services.database.asSuperuser("UPDATE users SET deleted_at = now() WHERE username = 'erin'");
    await expect(setPassword('erin', PASSWORD)).rejects.toBeInstanceOf(NotFound);
    await expect(addToTenant('erin', 'default_tenant', 'user')).rejects.toBeInstanceOf(NotFound);
    await create('erin');
    expect(await stored('erin')).toHaveLength(1);
  });

  it('adds a user to a tenant once, whatever the role', async () => {
    await services.tenants.create('green', systemCaller());
    await create('frank');
    await addToTenant('Frank', 'green', 'viewer');
    for (const role of ['viewer', 'manager']) {
      const again = addToTenant('frank', 'green', role);
      await expect(again).rejects.toBeInstanceOf(Conflict);
      await expect(again).rejects.toThrow('User `frank` is already a member of the tenant `green`');
    }
    expect(await roles('frank')).toEqual(['green viewer']);
    expect(await outcomes('green/Frank')).toEqual(['tenant.add_user ok']);
    const recorded = await services.database.asSuperuser(
      `SELECT body::json->'detail' AS detail FROM audit_events WHERE body::json->>'key' = 'green/Frank'`,
    );
    expect(recorded).toEqual([{ detail: { role: 'viewer' } }]);
    expect(await outcomes('green/frank')).toEqual(['tenant.add_user conflict', 'tenant.add_user conflict']);
  });

  it('makes one membership of ten that come at the same moment', async () => {
    await services.tenants.create('red', systemCaller());
    await create('grace');
    const memberRoles = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? 'user' : 'manager'));
    const results = await Promise.allSettled(memberRoles.map((role) => addToTenant('grace', 'red', role)));
    const refused = reasons(results);
    expect(refused).toHaveLength(9);
    for (const reason of refused) expect(reason).toBeInstanceOf(Conflict);
    expect(await roles('grace')).toHaveLength(1);
    expect((await outcomes('red/grace')).filter((outcome) => outcome.endsWith('ok'))).toHaveLength(1);
  });

  it.each(['', 'sys_admin', 'default', 'USER', 'owner', '__proto__'])(
    'refuses the role %j in a tenant',
    async (role) => {
      await expect(addToTenant('alice', 'default_tenant', role)).rejects.toBeInstanceOf(BadParameters);
      expect(await roles('alice')).toEqual([]);
    },
  );

  it('changes nothing where the event cannot be written', async () => {
    const [before] = await stored('alice');
    await services.database.asSuperuser('ALTER TABLE audit_events RENAME TO audit_events_away');
    try {
      await expect(create('unrecorded')).rejects.toMatchObject(WITHOUT_EVENTS);
      await expect(setPassword('alice', 'not to be stored')).rejects.toMatchObject(WITHOUT_EVENTS);
      await expect(addToTenant('alice', 'default_tenant', 'user')).rejects.toMatchObject(WITHOUT_EVENTS);
    } finally {
      await services.database.asSuperuser('ALTER TABLE audit_events_away RENAME TO audit_events');
    }
    expect(await stored('unrecorded')).toEqual([]);
    expect(await stored('alice')).toEqual([before]);
    expect(await roles('alice')).toEqual([]);
  });
});
