import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent, type AuditEvent } from '../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../audit/audit-writer.js';
import type { DomainError } from '../common/domain-error.js';
import { BadParameters, Conflict, NotFound } from '../common/errors.js';
import { newId } from '../common/ids.js';
import { printable } from '../common/printable.js';
import { nameProblem } from '../common/resource-name.js';
import type { Caller } from '../common/tenant-context.js';
import { PasswordHasher } from '../crypto/password-hasher.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { findTenant } from '../tenants/find-tenant.js';
import { findUser, userNotFound } from './find-user.js';
import { unlockName } from './login-locks.js';
import { requirePassword } from './password-rules.js';
import { TENANT_ROLES, TenantUser, type TenantRole } from './tenant-user.entity.js';
import { User, type SystemRole } from './user.entity.js';

export interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly systemRole: SystemRole;
  /** Of a user who was known elsewhere before; else the time is now, and there was no login yet. */
  readonly createdAt?: Date | undefined;
  readonly firstLoginAt?: Date | undefined;
  readonly lastLoginAt?: Date | undefined;
}

/** How an act was refused, so that its event is kept. */
interface Refusal {
  readonly outcome: 'conflict' | 'not_found';
  readonly error: DomainError;
}

/** Users and their memberships. Every act is recorded in the system's log, in its own transaction. */
@Injectable()
export class UsersService {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(PasswordHasher) private readonly hasher: PasswordHasher,
  ) {}

  async create({ password, ...profile }: NewUser, caller: Caller): Promise<void> {
    const { username, systemRole } = profile;
    const problem = nameProblem(username);
    if (problem !== undefined) throw new BadParameters(`User name: ${problem}`);
    requirePassword(password);
    const passwordHash = await this.hasher.hash(password);
    await this.act(
      newEvent('user.create', caller, { key: username, detail: { system_role: systemRole } }),
      async (manager) => {
        const insert = manager.createQueryBuilder().insert().into(User).orIgnore().returning(['id']);
        const result = await insert.values({ id: newId(), passwordHash, ...profile }).execute();
        if ((result.raw as unknown[]).length > 0) return undefined;
        return { outcome: 'conflict', error: new Conflict(`User \`${username}\` already exists`) };
      },
    );
  }

  /** Ends what locks the name, too: who was locked out is who needs a new password. */
  async setPassword(username: string, password: string, caller: Caller): Promise<void> {
    requirePassword(password);
    const passwordHash = await this.hasher.hash(password);
    await this.act(newEvent('user.set_password', caller, { key: username }), async (manager) => {
      const user = await findUser(manager, username);
      if (user === null) return unknownUser(username);
      await manager.update(User, { id: user.id }, { passwordHash });
      await unlockName(manager, user.username);
      return undefined;
    });
  }

  async addToTenant(username: string, tenantName: string, role: string, caller: Caller): Promise<void> {
    const tenantRole = requireRole(role);
    await this.act(
      newEvent('tenant.add_user', caller, { key: `${tenantName}/${username}`, detail: { role: tenantRole } }),
      async (manager) => {
        const tenant = await findTenant(manager, tenantName);
        if (tenant === null)
          return notFound(`Requested \`Tenant\` with ID \`${printable(tenantName)}\` was not found`);
        const user = await findUser(manager, username);
        if (user === null) return unknownUser(username);
        const insert = manager.createQueryBuilder().insert().into(TenantUser).orIgnore().returning(['role']);
        const result = await insert
          .values({ tenantId: tenant.id, userId: user.id, role: tenantRole })
          .execute();
        if ((result.raw as unknown[]).length > 0) return undefined;
        const message = `User \`${user.username}\` is already a member of the tenant \`${tenant.name}\``;
        return { outcome: 'conflict', error: new Conflict(message) };
      },
    );
  }

  private async act(
    event: AuditEvent,
    work: (manager: EntityManager) => Promise<Refusal | undefined>,
  ): Promise<void> {
    const refusal = await this.transaction.run(SYSTEM_LOG, event.id, async (manager) => {
      const refused = await work(manager);
      await this.audit.append(manager, SYSTEM_LOG, { ...event, outcome: refused?.outcome ?? 'ok' });
      return refused;
    });
    if (refusal !== undefined) throw refusal.error;
  }
}

function requireRole(role: string): TenantRole {
  const known = TENANT_ROLES.find((one) => one === role);
  if (known === undefined) {
    throw new BadParameters(`Role "${printable(role)}" is none of a tenant's: ${TENANT_ROLES.join(', ')}`);
  }
  return known;
}

function unknownUser(username: string): Refusal {
  return { outcome: 'not_found', error: userNotFound(username) };
}

function notFound(message: string): Refusal {
  return { outcome: 'not_found', error: new NotFound(message) };
}
