import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent, type AuditEvent } from '../audit/audit-event.js';
import { SYSTEM_LOG } from '../audit/audit-writer.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import { BadParameters } from '../common/errors.js';
import { nameProblem } from '../common/names/resource-name.js';
import type { Caller } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import { Lanes } from '../database/lanes.js';
import { DEFAULT_TENANT, TenantCreation } from './tenant-creation.js';
import { TenantKeysRepository } from './tenant-keys.repository.js';
import { TenantsRepository } from './tenants.repository.js';

/** Lists names that conflict with other routes below `/tenants`. */
const RESERVED = new Set(['users', 'user-groups']);

/** Creates, finds and deletes tenants, and records each change in the system's log. */
@Injectable()
export class TenantsService {
  constructor(
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(TenantsRepository) private readonly tenants: TenantsRepository,
    @Inject(TenantKeysRepository) private readonly keys: TenantKeysRepository,
    @Inject(TenantCreation) private readonly creation: TenantCreation,
  ) {}

  /** Returns the living tenant of that name. */
  async find(name: string): Promise<{ id: string; name: string } | undefined> {
    const tenant = await this.lanes.withManager('writes', undefined, (manager) =>
      this.tenants.findByName(manager, name),
    );
    return tenant === null ? undefined : { id: tenant.id, name: tenant.name };
  }

  /**
   * Creates a tenant with a key of its own.
   * @throws BadParameters for a name that is not allowed
   * @throws Conflict when the name is taken
   */
  async create(name: string, caller: Caller): Promise<{ id: string; name: string }> {
    const problem = nameProblem(name);
    if (problem !== undefined) throw new BadParameters(`Tenant name: ${problem}`);
    if (RESERVED.has(name)) throw new BadParameters(`Tenant name: \`${name}\` is reserved; choose another`);
    const event = newEvent('tenant.create', caller, { key: name });
    const id = await this.transaction.run(
      event,
      async (manager) =>
        (await this.creation.create(manager, name)) ?? Refusal.conflict(`Tenant \`${name}\` already exists`),
      SYSTEM_LOG,
      (tenant) => ({ tenant }),
    );
    return { id, name };
  }

  /**
   * Deletes an empty tenant: its name is free again, its trash is purged, its keys are retired, its audit trail stays.
   * @throws Conflict for the default tenant, and for one that has members or secrets
   * @throws Forbidden if it was deleted in the meantime
   */
  async delete({ id, name }: { id: string; name: string }, caller: Caller): Promise<void> {
    const event = newEvent('tenant.delete', caller, { key: name });
    const gone = new Refusal('forbidden', tenantRefused('tenant_delete', name));
    await this.transaction.run<Deleted>(
      event,
      (manager) => this.deleteIn(manager, { id, name }, gone),
      SYSTEM_LOG,
      detailOf,
    );
  }

  /**
   * Deletes an empty tenant for an operator on the machine, as `delete` does.
   * @throws NotFound where there is no such tenant
   * @throws Conflict for the default tenant, and for one that has members or secrets
   */
  async deleteByOperator(name: string, caller: Caller): Promise<void> {
    await this.transaction.run<Deleted>(
      newEvent('tenant.delete', caller, { key: name }),
      async (manager) => {
        const tenant = await this.tenants.findByName(manager, name);
        const missing = Refusal.missing('Tenant', name);
        return tenant === null ? missing : this.deleteIn(manager, tenant, missing);
      },
      SYSTEM_LOG,
      detailOf,
    );
  }

  private async deleteIn(
    manager: EntityManager,
    { id, name }: { id: string; name: string },
    gone: Refusal,
  ): Promise<Refusal | Deleted> {
    if (name === DEFAULT_TENANT) return Refusal.conflict(`Tenant \`${name}\` can never be deleted`);
    if (!(await this.tenants.lockForDelete(manager, id))) return gone;
    if (await this.tenants.hasMembers(manager, id))
      return Refusal.conflict(`Tenant \`${name}\` still has users or user groups: remove them first`);
    if (await this.tenants.hasSecrets(manager, id))
      return Refusal.conflict(`Tenant \`${name}\` still holds secrets: delete them first`);
    const trashed = await this.tenants.emptyTrash(manager, id);
    await this.tenants.delete(manager, id);
    await this.keys.retireAll(manager, id);
    return { id, trashed };
  }
}

/** Identifies a deleted tenant, and tells how many secrets were purged from its trash. */
interface Deleted {
  readonly id: string;
  readonly trashed: number;
}

function detailOf({ id, trashed }: Deleted): AuditEvent<'tenant.delete'>['detail'] {
  return { tenant: id, trashed: String(trashed) };
}
