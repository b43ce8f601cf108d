import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../audit/audit-writer.js';
import { BadParameters, Conflict } from '../common/errors.js';
import { nameProblem } from '../common/resource-name.js';
import type { Caller } from '../common/tenant-context.js';
import { RootKeys } from '../crypto/root-keys.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { findTenant } from './find-tenant.js';
import { insertTenant } from './insert-tenant.js';

/** Taken by routes beside `/tenants/{name}`. */
const RESERVED = new Set(['users', 'user-groups']);

@Injectable()
export class TenantsService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
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
    const id = await this.transaction.run(SYSTEM_LOG, event.id, async (manager) => {
      const made = await insertTenant(manager, this.rootKeys, name);
      await this.audit.append(manager, SYSTEM_LOG, {
        ...event,
        outcome: made === undefined ? 'conflict' : 'ok',
      });
      return made;
    });
    if (id === undefined) throw new Conflict(`Tenant \`${name}\` already exists`);
    return { id, name };
  }
}
