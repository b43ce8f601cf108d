import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { AuditedTransaction } from '../../src/audit/audited-transaction.js';
import { AuditWriter } from '../../src/audit/audit-writer.js';
import { PasswordHasher } from '../../src/crypto/password-hasher.js';
import { RootKeys } from '../../src/crypto/root-keys.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import { entities } from '../../src/bootstrap/entities.js';
import { RootKeyRegistry } from '../../src/tenants/root-key-registry.js';
import { TenantCreation } from '../../src/tenants/tenant-creation.js';
import { TenantKeysRepository } from '../../src/tenants/tenant-keys.repository.js';
import { TenantsRepository } from '../../src/tenants/tenants.repository.js';
import { TenantsService } from '../../src/tenants/tenants.service.js';
import { UserGroupsRepository } from '../../src/users/groups/user-groups.repository.js';
import { LoginLocksRepository } from '../../src/users/login-locks.repository.js';
import { RolePermissionsRepository } from '../../src/users/permissions/role-permissions.repository.js';
import { TenantMembersRepository } from '../../src/users/tenant-members.repository.js';
import { TenantMembersService } from '../../src/users/tenant-members.service.js';
import { TokensRepository } from '../../src/users/tokens/tokens.repository.js';
import { UsersRepository } from '../../src/users/users.repository.js';
import { UsersService } from '../../src/users/users.service.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { lanesOf } from '../support/lanes.js';

/** Describes a stored event. */
export interface StoredEvent {
  id: string;
  time: string;
  tenant_id: string | null;
  action: string;
  key: string | null;
  version: number | null;
  outcome: string;
  caller: Record<string, unknown>;
}

/** Returns an `id:base64` pair with a new key. */
export function rootKeyPair(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

/** Returns the reasons of the rejected results. */
export function reasons(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
}

/** Holds the services of tenants and users on a database of their own, through the service's login. */
export class IdentityServices {
  readonly transaction: TenantTransaction;
  readonly audited: AuditedTransaction;
  readonly audit: AuditWriter;
  readonly tenants: TenantsService;
  readonly users: UsersService;
  readonly members: TenantMembersService;
  readonly hasher = new PasswordHasher();

  private constructor(
    readonly database: TestDatabase,
    readonly dataSource: DataSource,
    readonly rootKeys: RootKeys,
  ) {
    this.transaction = new TenantTransaction(lanesOf(dataSource));
    this.audited = new AuditedTransaction(this.transaction);
    this.audit = new AuditWriter(this.transaction);
    this.tenants = this.tenantsUnder(rootKeys);
    const users = new UsersRepository();
    const tokens = new TokensRepository();
    const locks = new LoginLocksRepository();
    this.users = new UsersService(this.audited, users, locks, tokens, this.hasher, { passwordMinLength: 8 });
    this.members = new TenantMembersService(
      this.audited,
      new TenantsRepository(),
      users,
      new UserGroupsRepository(),
      new TenantMembersRepository(),
      new RolePermissionsRepository(),
    );
  }

  static async open(): Promise<IdentityServices> {
    const database = await cloneDatabase();
    const { url } = database;
    const dataSource = await openServiceDataSource({
      url,
      poolSize: 10,
      appRole: APP_ROLE,
      single: false,
      entities,
    });
    const rootKeys = RootKeys.parse(rootKeyPair('first'));
    await new RootKeyRegistry().register(dataSource.manager, rootKeys);
    return new IdentityServices(database, dataSource, rootKeys);
  }

  /** Returns the service of tenants with these root keys. */
  tenantsUnder(rootKeys: RootKeys): TenantsService {
    return new TenantsService(
      lanesOf(this.dataSource),
      this.audited,
      new TenantsRepository(),
      new TenantKeysRepository(),
      TenantCreation.of(rootKeys),
    );
  }

  /** Returns the texts of the events with this id or key, oldest first. */
  async bodies(idOrKey: string): Promise<string[]> {
    const rows = await this.database.asSuperuser<{ body: string }>(
      `SELECT body FROM audit_events WHERE id::text = $1 OR body::json->>'key' = $1 ORDER BY at, id`,
      [idOrKey],
    );
    return rows.map(({ body }) => body);
  }

  async events(idOrKey: string): Promise<StoredEvent[]> {
    return (await this.bodies(idOrKey)).map((body) => JSON.parse(body) as StoredEvent);
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
    await this.database.drop();
  }
}
