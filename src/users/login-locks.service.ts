import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import type { Caller } from '../common/tenant-context.js';
import { LoginLocksRepository, type LoginLock } from './login-locks.repository.js';

/** Lists and ends the locks of logins for operators, and records each request in the system's log. */
@Injectable()
export class LoginLocks {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(LoginLocksRepository) private readonly locks: LoginLocksRepository,
  ) {}

  /** Returns the locks that hold at this moment, those of users before those of names that nobody has. */
  list(caller: Caller): Promise<LoginLock[]> {
    return this.transaction.run(newEvent('lock.list', caller), (manager) => this.locks.findAll(manager));
  }

  /**
   * Ends all locks, also those of names that nobody has and of sources.
   * @returns the locks that it ended
   */
  clear(caller: Caller): Promise<LoginLock[]> {
    return this.transaction.run(newEvent('lock.clear', caller), async (manager) => {
      const locks = await this.locks.findAll(manager);
      await this.locks.unlockAll(manager);
      return locks;
    });
  }
}
