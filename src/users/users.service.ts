import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import { BadParameters } from '../common/errors.js';
import { Configuration } from '../config/configuration.js';
import { newId } from '../common/ids.js';
import { passwordProblem } from '../common/passwords/password-rules.js';
import { nameProblem } from '../common/names/resource-name.js';
import type { Caller } from '../common/tenant-context.js';
import { PasswordHasher } from '../crypto/password-hasher.js';
import { LoginLocksRepository } from './login-locks.repository.js';
import type { SystemRole } from './user.entity.js';
import { TokensRepository } from './tokens/tokens.repository.js';
import { UsersRepository } from './users.repository.js';

export interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly systemRole: SystemRole;
  /**
   * Gives the times of a user who is moved from another system; by default the user is created now and has no login.
   */
  readonly createdAt?: Date | undefined;
  readonly firstLoginAt?: Date | undefined;
  readonly lastLoginAt?: Date | undefined;
}

/** Creates users and sets their passwords, and records each change in the system's log. */
@Injectable()
export class UsersService {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(LoginLocksRepository) private readonly locks: LoginLocksRepository,
    @Inject(TokensRepository) private readonly tokens: TokensRepository,
    @Inject(PasswordHasher) private readonly hasher: PasswordHasher,
    @Inject(Configuration) private readonly configuration: Pick<Configuration, 'passwordMinLength'>,
  ) {}

  /**
   * @throws BadParameters for a name or a password that is not allowed
   * @throws Conflict when the name is taken, in whatever case
   */
  async create({ password, ...profile }: NewUser, caller: Caller): Promise<void> {
    const { username, systemRole } = profile;
    const problem = nameProblem(username);
    if (problem !== undefined) throw new BadParameters(`User name: ${problem}`);
    this.requirePassword(password);
    const passwordHash = await this.hasher.hash(password, caller.actorId ?? undefined);
    const event = newEvent('user.create', caller, { key: username, detail: { system_role: systemRole } });
    await this.transaction.run<undefined>(event, async (manager) => {
      const inserted = await this.users.insert(manager, { id: newId(), passwordHash, ...profile });
      return inserted ? undefined : Refusal.conflict(`User \`${username}\` already exists`);
    });
  }

  /**
   * Sets the password and ends every lock of the name, since a user who is locked out often needs a new password.
   * @param endTokens also ends all tokens of the user
   * @throws BadParameters for a password that is not allowed
   * @throws NotFound
   */
  async setPassword(
    username: string,
    password: string,
    caller: Caller,
    { endTokens = false } = {},
  ): Promise<void> {
    this.requirePassword(password);
    const passwordHash = await this.hasher.hash(password, caller.actorId ?? undefined);
    const detail = endTokens ? { end_tokens: 'true' } : null;
    const event = newEvent('user.set_password', caller, { key: username, detail });
    await this.transaction.run<undefined>(event, async (manager) => {
      const user = await this.users.findByName(manager, username);
      if (user === null) return Refusal.missing('User', username);
      await this.users.update(manager, user.id, { passwordHash });
      if (endTokens) await this.tokens.deleteAllOf(manager, user.id);
      await this.locks.unlock(manager, user.username);
      return undefined;
    });
  }

  private requirePassword(password: string): void {
    const problem = passwordProblem(password, this.configuration.passwordMinLength);
    if (problem !== undefined) throw new BadParameters(`A password ${problem}`);
  }
}
