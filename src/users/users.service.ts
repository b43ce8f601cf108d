import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import { BadParameters } from '../common/errors.js';
import { newId } from '../common/ids.js';
import { nameProblem } from '../common/resource-name.js';
import type { Caller } from '../common/tenant-context.js';
import { PasswordHasher } from '../crypto/password-hasher.js';
import { findUser } from './find-user.js';
import { unlockName } from './login-locks.js';
import { requirePassword } from './password-rules.js';
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

/** Users and their passwords. Every act is recorded in the system's log, in its own transaction. */
@Injectable()
export class UsersService {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(PasswordHasher) private readonly hasher: PasswordHasher,
  ) {}

  async create({ password, ...profile }: NewUser, caller: Caller): Promise<void> {
    const { username, systemRole } = profile;
    const problem = nameProblem(username);
    if (problem !== undefined) throw new BadParameters(`User name: ${problem}`);
    requirePassword(password);
    const passwordHash = await this.hasher.hash(password);
    await this.transaction.run<undefined>(
      newEvent('user.create', caller, { key: username, detail: { system_role: systemRole } }),
      async (manager) => {
        const insert = manager.createQueryBuilder().insert().into(User).orIgnore().returning(['id']);
        const result = await insert.values({ id: newId(), passwordHash, ...profile }).execute();
        if ((result.raw as unknown[]).length > 0) return undefined;
        return Refusal.conflict(`User \`${username}\` already exists`);
      },
    );
  }

  /** Ends what locks the name, too: who was locked out is who needs a new password. */
  async setPassword(username: string, password: string, caller: Caller): Promise<void> {
    requirePassword(password);
    const passwordHash = await this.hasher.hash(password);
    const event = newEvent('user.set_password', caller, { key: username });
    await this.transaction.run<undefined>(event, async (manager) => {
      const user = await findUser(manager, username);
      if (user === null) return Refusal.missing('User', username);
      await manager.update(User, { id: user.id }, { passwordHash });
      await unlockName(manager, user.username);
      return undefined;
    });
  }
}
