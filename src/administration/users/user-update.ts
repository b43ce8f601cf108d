import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { UserAdministration } from '../../users/user-administration.service.js';
import { UsersService } from '../../users/users.service.js';
import type { UserChange } from './user-change.js';
import { UserRights } from './user-rights.js';

/** Changes one thing of a user, with the right that it needs. Everybody may change the own password. */
@Injectable()
export class UserUpdate {
  constructor(
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(UserAdministration) private readonly administration: UserAdministration,
    @Inject(UserRights) private readonly rights: UserRights,
  ) {}

  /** @throws Forbidden where the user is somebody else whom the caller may not change */
  async requireRight(principal: Principal, name: string): Promise<void> {
    if (!isSelf(principal, name)) await this.rights.require(principal, 'user_update', 'user.update', name);
  }

  /** @throws Forbidden without the right to this change */
  async run(principal: Principal, name: string, change: UserChange): Promise<void> {
    const { caller } = principal;
    if (change.kind === 'password') {
      await this.setPassword(principal, name, change.password);
    } else if (change.kind === 'role') {
      await this.rights.require(principal, 'user_set_role', 'user.set_role', name);
      await this.administration.setRole(name, change.role, caller);
    } else {
      await this.rights.require(principal, 'user_update', 'user.update', name);
      await this.administration.setShowGettingStarted(name, change.show, caller);
    }
  }

  private async setPassword(principal: Principal, name: string, password: string): Promise<void> {
    const { caller } = principal;
    // A token lends its bearer the rights for a while, and must not give them for good.
    if (isSelf(principal, name) && caller.method !== 'basic')
      await this.rights.refuse(principal, 'a password, to change the own one', 'user.set_password', name);
    await this.users.setPassword(name, password, caller);
  }
}

function isSelf(principal: Principal, name: string): boolean {
  return principal.username.toLowerCase() === name.toLowerCase();
}
