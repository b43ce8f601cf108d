import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import { BadParameters } from '../common/errors.js';
import { nameProblem } from '../common/resource-name.js';
import type { Caller } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import { RootKeys } from '../crypto/root-keys.js';
import { DEFAULT_TENANT } from './default-tenant.js';
import { findTenant } from './find-tenant.js';
import { insertTenant } from './insert-tenant.js';
import { tenantContents } from './tenant-contents.js';

/** Taken by routes beside `/tenants/{name}`. */
const RESERVED = new Set(['users', 'user-groups']);

const STILL_HOLDS = {
  members: 'still has users or user groups: remove them first',
  secrets: 'still holds secrets: delete them first',
};

/** Locks out who adds a member meanwhile. */
const LOCK = 'SELECT id FROM tenants WHERE id = $1 AND deleted_at IS NULL FOR UPDATE';

/** Nothing is sealed under them any more. They are kept, so this shreds nothing. */
const RETIRE_KEYS = 'UPDATE tenant_keys SET retired_at = now() WHERE tenant_id = $1 AND retired_at IS NULL';

/** Tenants, from the first key to the tombstone. Every act is recorded in the system's log, in its own transaction. */
@Injectable()
export class TenantsService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(RootKeys) private readonly rootKeys: RootKeys,
  ) {}

  /** The living tenant of that name. */
  async find(name: string): Promise<{ id: string; name: string } | undefined> {
    const tenant = await findTenant(this.dataSource.manager, name);
    return tenant === null ? undefined : { id: tenant.id, name: tenant.name };
  }

  /** Makes a tenant with a key of its own; recorded in the system's log. */
  async create(name: string, caller: Caller): Promise<{ id: string; name: string }> {
    const problem = nameProblem(name);
    if (problem !== undefined) throw new BadParameters(`Tenant name: ${problem}`);
    if (RESERVED.has(name)) throw new BadParameters(`Tenant name: \`${name}\` is reserved; choose another`);
    const event = newEvent('tenant.create', caller, { key: name });
    const id = await this.transaction.run(
      event,
      async (manager) =>
        (await insertTenant(manager, this.rootKeys, name)) ??
        Refusal.conflict(`Tenant \`${name}\` already exists`),
    );
    return { id, name };
  }

  /**
   * Makes an empty tenant a tombstone: its name is free again, its keys are retired, its audit trail stays.
   * @throws Conflict for the default tenant, and while it holds anything
   * @throws Forbidden where it was deleted in the meantime
   */
  async delete({ id, name }: { id: string; name: string }, caller: Caller): Promise<void> {
    await this.transaction.run<undefined>(
      newEvent('tenant.delete', caller, { key: name }),
      async (manager) => {
        if (name === DEFAULT_TENANT) return Refusal.conflict(`Tenant \`${name}\` can never be deleted`);
        const locked = await manager.query<unknown[]>(LOCK, [id]);
        if (locked.length === 0) return new Refusal('forbidden', tenantRefused('tenant_delete', name));
        const contents = await tenantContents(manager, id);
        if (contents !== undefined) return Refusal.conflict(`Tenant \`${name}\` ${STILL_HOLDS[contents]}`);
        await manager.query('UPDATE tenants SET deleted_at = now() WHERE id = $1', [id]);
        await manager.query(RETIRE_KEYS, [id]);
        return undefined;
      },
    );
  }
}
