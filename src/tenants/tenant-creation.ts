import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { appendEvent, SYSTEM_LOG } from '../audit/audit-writer.js';
import { commandName } from '../common/command-name.js';
import { newId } from '../common/ids.js';
import { StartupError } from '../common/startup-error.js';
import type { Caller } from '../common/tenant-context.js';
import { RootKeys } from '../crypto/root-keys.js';
import { RootKeysRepository } from './root-keys.repository.js';
import { TenantKeysRepository } from './tenant-keys.repository.js';
import { TenantsRepository } from './tenants.repository.js';

/** Names the tenant that every installation has. */
export const DEFAULT_TENANT = 'default_tenant';

/** Creates tenants, each with the first generation of a key of its own. */
@Injectable()
export class TenantCreation {
  constructor(
    @Inject(RootKeys) private readonly configuredKeys: RootKeys,
    @Inject(TenantsRepository) private readonly tenants: TenantsRepository,
    @Inject(TenantKeysRepository) private readonly tenantKeys: TenantKeysRepository,
    @Inject(RootKeysRepository) private readonly rootKeys: RootKeysRepository,
  ) {}

  /** Creates one with its repositories, for where there is no container yet. */
  static of(configuredKeys: RootKeys): TenantCreation {
    return new TenantCreation(
      configuredKeys,
      new TenantsRepository(),
      new TenantKeysRepository(),
      new RootKeysRepository(),
    );
  }

  /**
   * @returns the id, or undefined where the name is taken
   * @throws StartupError when the database knows no active root key
   */
  async create(manager: EntityManager, name: string): Promise<string | undefined> {
    const id = newId();
    if (!(await this.tenants.insert(manager, { id, name }))) return undefined;
    const rootKeyId = await this.rootKeys.findActiveId(manager);
    if (rootKeyId === undefined)
      throw new StartupError(`The database knows no active root key; run \`${commandName()} migrate\``);
    const wrapped = this.configuredKeys.newTenantKey(rootKeyId, id, 1);
    await this.tenantKeys.insert(manager, { tenantId: id, generation: 1, rootKeyId, wrapped });
    return id;
  }

  /** Creates and records the default tenant unless it exists, and returns its id. */
  async ensureDefault(manager: EntityManager, caller: Caller): Promise<string> {
    const existing = await this.tenants.findByName(manager, DEFAULT_TENANT);
    if (existing !== null) return existing.id;
    const id = await this.create(manager, DEFAULT_TENANT);
    if (id === undefined) throw new Error('The default tenant was created by another start');
    const event = newEvent('tenant.create', caller, { key: DEFAULT_TENANT, detail: { tenant: id } });
    await appendEvent(manager, SYSTEM_LOG, event);
    return id;
  }
}
