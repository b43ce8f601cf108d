import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { withSavepoint } from '../database/with-savepoint.js';
import { UsersRepository } from './users.repository.js';

/** Prevents changes that would leave no active administrator, also when two are made at the same moment. */
@Injectable()
export class LastAdministrator {
  constructor(@Inject(UsersRepository) private readonly users: UsersRepository) {}

  /**
   * Keeps other transactions from changing who administers until this one ends. Call it before any other lock of users
   * or groups: everyone locks in one order, so that no two transactions deadlock.
   * @returns a function that tells whether a user is the only active administrator
   */
  async lock(manager: EntityManager): Promise<(userId: string) => boolean> {
    await this.users.lockAdministrators(manager);
    const administrators = await this.users.findAdministrators(manager);
    return (userId) => administrators.has(userId) && administrators.size === 1;
  }

  /**
   * Makes a change, and undoes it if it leaves no active administrator. Call `lock` first.
   * @returns false where the change was undone
   */
  change(manager: EntityManager, change: () => Promise<unknown>): Promise<boolean> {
    return withSavepoint(manager, async () => {
      await change();
      return (await this.users.findAdministrators(manager)).size > 0;
    });
  }
}
