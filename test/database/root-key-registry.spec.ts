import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { SigningKeysRepository } from '../../src/audit-trail/sealing/signing-keys.repository.js';
import { SigningKeys } from '../../src/audit-trail/sealing/signing-keys.js';
import { StartupError } from '../../src/common/startup-error.js';
import { RootKeys } from '../../src/crypto/root-keys.js';
import type { SqlConnection } from '../../src/database/connection/sql-connection.js';
import { RootKeyRegistry } from '../../src/tenants/root-key-registry.js';
import { RootKeysRepository } from '../../src/tenants/root-keys.repository.js';
import { systemCaller } from '../support/callers.js';
import { cloneDatabase } from '../support/database.js';
import { IdentityServices, rootKeyPair } from './identity-services.js';

const OLD = rootKeyPair('old');
const NEW = rootKeyPair('new');

const connectionOf = (client: pg.Client): SqlConnection => ({
  query: async <R>(text: string) => (await client.query(text)).rows as R,
});

describe('the registry of root keys', () => {
  const registry = new RootKeyRegistry();
  let services: IdentityServices;
  let client: pg.Client;
  let owner: SqlConnection;
  beforeEach(async () => {
    services = await IdentityServices.open();
    await services.database.asSuperuser('DELETE FROM root_keys');
    client = new pg.Client({ connectionString: services.database.ownerUrl });
    await client.connect();
    owner = connectionOf(client);
  });
  afterEach(async () => {
    await client.end();
    await services.close();
  });

  const initialise = (text: string) => registry.register(services.dataSource.manager, RootKeys.parse(text));
  const check = (text: string) => registry.check(owner, RootKeys.parse(text));
  const states = async () => {
    const rows = await services.database.asSuperuser<{ id: string; state: string }>(
      'SELECT id, state FROM root_keys ORDER BY id',
    );
    return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
  };
  const everything = async () => {
    const rows = await services.database.asSuperuser<{ row: string }>(
      `SELECT r::text || coalesce((SELECT string_agg(k::text, ';') FROM tenant_keys k), '') AS row
       FROM root_keys r ORDER BY id`,
    );
    return rows.map(({ row }) => row);
  };
  const tenantUnder = async (id: string, name: string) => {
    await services.database.asSuperuser("UPDATE root_keys SET state = 'available'");
    await services.database.asSuperuser("UPDATE root_keys SET state = 'active' WHERE id = $1", [id]);
    return services.tenantsUnder(RootKeys.parse(`${OLD},${NEW}`)).create(name, systemCaller());
  };

  it('makes the first configured key of a new installation the active one, and keeps it', async () => {
    expect(await registry.isInitialised(owner)).toBe(false);
    await initialise(`${OLD},${NEW}`);
    expect(await states()).toEqual({ old: 'active', new: 'available' });
    await initialise(`${NEW},${rootKeyPair('third')},${OLD}`);
    expect(await states()).toEqual({ old: 'active', new: 'available', third: 'available' });
    expect(await new RootKeysRepository().findActiveId(services.dataSource.manager)).toBe('old');
    expect(await registry.isInitialised(owner)).toBe(true);
  });

  it('never stores a key', async () => {
    await initialise(OLD);
    const bytes = Buffer.from(OLD.split(':')[1]!, 'base64');
    const stored = (await everything()).join('');
    expect(stored).not.toContain(bytes.toString('hex'));
    expect(stored).not.toContain(bytes.subarray(0, 16).toString('hex'));
  });

  it('accepts the right keys, in any order and with more beside them', async () => {
    await initialise(`${OLD},${NEW}`);
    await check(`${rootKeyPair('third')},${NEW},${OLD}`);
    await check(OLD);
  });

  it('finds a missing key and names it, and changes nothing', async () => {
    await initialise(`${OLD},${NEW}`);
    const before = await everything();
    const missing = check(NEW);
    await expect(missing).rejects.toBeInstanceOf(StartupError);
    await expect(missing).rejects.toThrow(/^The root key "old" is missing.*STRONGROOM_ROOT_KEYS$/);
    expect(await everything()).toEqual(before);
  });

  it('needs the root key of the key that signs the audit trail, until another key signs', async () => {
    await initialise(`${OLD},${NEW}`);
    const configured = RootKeys.parse(`${OLD},${NEW}`);
    const keys = new SigningKeys(configured, new RootKeysRepository(), new SigningKeysRepository());
    await services.dataSource.transaction(async (manager) => {
      const [row] = await manager.query<{ id: string }[]>('SELECT id FROM installation');
      await keys.active(manager, row!.id);
    });
    await services.database.asSuperuser("UPDATE root_keys SET state = 'available'");
    await services.database.asSuperuser("UPDATE root_keys SET state = 'active' WHERE id = 'new'");
    await expect(check(NEW)).rejects.toThrow(/^The root key "old" is missing/);
    await services.dataSource.transaction((manager) => keys.rotate(manager));
    await check(NEW);
  });

  it('finds a wrong key and names it, and changes nothing', async () => {
    await initialise(OLD);
    const before = await everything();
    const impostor = rootKeyPair('old');
    const wrong = check(`${impostor},${NEW}`);
    await expect(wrong).rejects.toBeInstanceOf(StartupError);
    await expect(wrong).rejects.toThrow(/^The root key "old" is not the one/);
    await expect(wrong).rejects.not.toThrow(impostor.split(':')[1]);
    expect(await everything()).toEqual(before);
  });

  it('finds a wrong key that nothing uses yet, before it is made the active one', async () => {
    await initialise(`${OLD},${NEW}`);
    await expect(check(`${OLD},${rootKeyPair('new')}`)).rejects.toThrow(/^The root key "new" is not the one/);
  });

  it('needs a key that is no longer active as long as a living key of a tenant is wrapped under it', async () => {
    await initialise(`${OLD},${NEW}`);
    const { id } = await tenantUnder('old', 'wrapped-by-old');
    await tenantUnder('new', 'wrapped-by-new');
    await expect(check(NEW)).rejects.toThrow(/^The root key "old" is missing/);
    await expect(check(OLD)).rejects.toThrow(/^The root key "new" is missing/);
    await check(`${NEW},${OLD}`);
    expect(await registry.unwrapTenantKeys(owner, RootKeys.parse(`${NEW},${OLD}`))).toBe(2);
    await services.database.asSuperuser('UPDATE tenant_keys SET retired_at = now() WHERE tenant_id = $1', [
      id,
    ]);
    await check(NEW);
    expect(await registry.unwrapTenantKeys(owner, RootKeys.parse(NEW))).toBe(1);
  });

  it('names the key of a tenant that does not open', async () => {
    await initialise(`${OLD},${NEW}`);
    const { id } = await tenantUnder('old', 'altered');
    await services.database.asSuperuser(
      'UPDATE tenant_keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1)',
    );
    const opened = registry.unwrapTenantKeys(owner, RootKeys.parse(`${OLD},${NEW}`));
    await expect(opened).rejects.toThrow(`The key of tenant ${id}, generation 1, does not open`);
  });

  it('has nothing to say of a database without the table', async () => {
    const empty = await cloneDatabase({ empty: true });
    const connection = new pg.Client({ connectionString: empty.ownerUrl });
    await connection.connect();
    try {
      expect(await registry.isInitialised(connectionOf(connection))).toBe(false);
      await registry.check(connectionOf(connection), RootKeys.parse(OLD));
      const { rows } = await connection.query(
        "SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace",
      );
      expect(rows).toEqual([]);
    } finally {
      await connection.end();
      await empty.drop();
    }
  });

  it('holds at most one active key', async () => {
    await initialise(`${OLD},${NEW}`);
    const second = services.database.asSuperuser("UPDATE root_keys SET state = 'active'");
    await expect(second).rejects.toThrow('uq_root_keys_active');
  });
});
