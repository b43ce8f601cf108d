import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IsNull } from 'typeorm';
import { BadParameters, Conflict } from '../../src/common/errors.js';
import { newId } from '../../src/common/ids.js';
import { StartupError } from '../../src/common/startup-error.js';
import { DecryptionError } from '../../src/crypto/crypto-errors.js';
import { Keyring } from '../../src/crypto/keyring.js';
import { SealedValue } from '../../src/crypto/sealed-value.js';
import { RootKeys } from '../../src/crypto/root-keys.js';
import { PostgresTenantKeyStore } from '../../src/tenants/postgres-tenant-key-store.js';
import { DEFAULT_TENANT, TenantCreation } from '../../src/tenants/tenant-creation.js';
import { TenantKey } from '../../src/tenants/tenant-key.entity.js';
import { Tenant } from '../../src/tenants/tenant.entity.js';
import { systemCaller } from '../support/callers.js';
import { causedBy } from '../support/caused-by.js';
import { IdentityServices, reasons, rootKeyPair } from './identity-services.js';

describe('TenantsService', () => {
  let services: IdentityServices;
  let store: PostgresTenantKeyStore;
  beforeAll(async () => {
    services = await IdentityServices.open();
    store = new PostgresTenantKeyStore(services.dataSource);
  });
  afterAll(() => services.close());

  const living = (name: string) => services.dataSource.manager.countBy(Tenant, { name, deletedAt: IsNull() });
  const create = (name: string) => services.tenants.create(name, systemCaller());

  it('makes a tenant with the first generation of its key, and records it in the log of the system', async () => {
    const caller = { ...systemCaller(), actorName: 'root', method: 'cli' as const };
    const made = await services.tenants.create('Blue.team_1~x-y', caller);
    expect(await services.tenants.find('Blue.team_1~x-y')).toEqual(made);
    const wrapped = await store.find(made.id, 1);
    expect(wrapped).toMatchObject({ tenantId: made.id, generation: 1, rootKeyId: 'first' });
    expect(await store.find(made.id, 2)).toBeUndefined();
    expect(await store.find(newId(), 1)).toBeUndefined();
    expect(await services.events('Blue.team_1~x-y')).toEqual([
      expect.objectContaining({
        action: 'tenant.create',
        outcome: 'ok',
        tenant_id: null,
        detail: { tenant: made.id },
        caller: expect.objectContaining({ actor_name: 'root', method: 'cli', request_id: caller.requestId }),
      }),
    ]);
  });

  it('gives each tenant a key of its own, which only its root key opens for it', async () => {
    const one = await create('key-one');
    const two = await create('key-two');
    const [first, second] = await Promise.all([store.find(one.id, 1), store.find(two.id, 1)]);
    const open = (tenantId: string, wrapped = first!.wrapped, keys = services.rootKeys) =>
      keys.unwrap('first', tenantId, 1, wrapped);
    expect(open(one.id).equals(open(two.id, second!.wrapped))).toBe(false);
    expect(() => open(two.id)).toThrow(DecryptionError);
    const impostor = RootKeys.parse(rootKeyPair('first'));
    expect(() => open(one.id, first!.wrapped, impostor)).toThrow(DecryptionError);
    const binding = { tenantId: one.id, secretId: newId(), key: 'k', version: 1 };
    const keyring = new Keyring(services.rootKeys, store);
    const value = { format: 'text', text: 'of one' } as const;
    const sealed = SealedValue.of(await keyring.cipher(one.id), binding, value);
    expect(await keyring.open(sealed, binding)).toEqual({ format: 'text', text: 'of one' });
  });

  it.each([
    ['', 'empty'],
    ['1abc', 'begin with a letter'],
    ['-abc', 'begin with a letter'],
    ['a b', 'may only hold'],
    ['a/b', 'may only hold'],
    ['tenänt', 'may only hold'],
    ['abc\n', 'may only hold'],
    ['a\u0000b', 'may only hold'],
    ['a\ud800', 'may only hold'],
    ['a'.repeat(257), 'at most 256'],
    ['users', 'reserved'],
    ['user-groups', 'reserved'],
  ])('refuses the name %j', async (name, reason) => {
    const refused = create(name);
    await expect(refused).rejects.toBeInstanceOf(BadParameters);
    await expect(refused).rejects.toThrow(reason);
    expect(await services.tenants.find(name)).toBeUndefined();
  });

  it('takes a name of 256 characters', async () => {
    const name = 'a'.repeat(256);
    expect(await create(name)).toEqual({ id: expect.any(String), name });
    expect(await services.events(name)).toHaveLength(1);
  });

  it('tells names apart by case', async () => {
    await create('Case');
    await create('case');
    expect([await living('Case'), await living('case')]).toEqual([1, 1]);
  });

  it('makes one tenant of ten that come at the same moment, and records the nine refused', async () => {
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => create('contested')));
    const refused = reasons(results);
    expect(refused).toHaveLength(9);
    for (const reason of refused) expect(reason).toBeInstanceOf(Conflict);
    expect(await living('contested')).toBe(1);
    const outcomes = (await services.events('contested')).map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual([...Array.from({ length: 9 }, () => 'conflict'), 'ok']);
    const [keys] = await services.database.asSuperuser(
      `SELECT count(*)::int AS count FROM tenant_keys k JOIN tenants t ON t.id = k.tenant_id
       WHERE t.name = 'contested'`,
    );
    expect(keys).toEqual({ count: 1 });
  });

  it('leaves a deleted one out, and its name is free again', async () => {
    const old = await create('reborn');
    await services.database.asSuperuser('UPDATE tenants SET deleted_at = now() WHERE id = $1', [old.id]);
    expect(await services.tenants.find('reborn')).toBeUndefined();
    const made = await create('reborn');
    expect(made.id).not.toBe(old.id);
    expect(await services.tenants.find('reborn')).toEqual(made);
  });

  it('makes nothing where the event cannot be written', async () => {
    await services.database.asSuperuser('ALTER TABLE audit_events RENAME TO audit_events_away');
    try {
      await expect(create('unrecorded')).rejects.toMatchObject(causedBy('audit_events'));
    } finally {
      await services.database.asSuperuser('ALTER TABLE audit_events_away RENAME TO audit_events');
    }
    expect(await living('unrecorded')).toBe(0);
  });

  it('makes nothing and records nothing where there is no root key to wrap under', async () => {
    await services.database.asSuperuser("UPDATE root_keys SET state = 'available'");
    try {
      await expect(create('keyless')).rejects.toBeInstanceOf(StartupError);
    } finally {
      await services.database.asSuperuser("UPDATE root_keys SET state = 'active'");
    }
    expect([await living('keyless'), await services.events('keyless')]).toEqual([0, []]);
  });

  it('makes the default tenant once', async () => {
    const ensure = () =>
      services.transaction.run('00000000-0000-0000-0000-000000000000', newId(), (manager) =>
        TenantCreation.of(services.rootKeys).ensureDefault(manager, systemCaller()),
      );
    const id = await ensure();
    expect(await ensure()).toBe(id);
    expect(await services.tenants.find(DEFAULT_TENANT)).toEqual({ id, name: DEFAULT_TENANT });
    expect(await services.events(DEFAULT_TENANT)).toEqual([
      expect.objectContaining({ action: 'tenant.create', outcome: 'ok', detail: { tenant: id } }),
    ]);
    const [key] = await services.dataSource.manager.findBy(TenantKey, { tenantId: id });
    expect(key).toMatchObject({ generation: 1, rootKeyId: 'first', retiredAt: null });
  });
});
