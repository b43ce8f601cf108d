import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { Forbidden } from '../../common/errors.js';
import { UserAdministration } from '../../users/user-administration.service.js';
import { UsersService } from '../../users/users.service.js';
import type { UserChange } from './user-change.js';
import { UserRights } from './user-rights.js';

/** Changes one property of a user, after checking the permission for it. All users may change their own password. */
@Injectable()
export class UserUpdate {
  constructor(
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(UserAdministration) private readonly administration: UserAdministration,
    @Inject(UserRights) private readonly rights: UserRights,
  ) {}

  /**
   * Requires the permission to change the user, unless callers change themselves.
   * @throws Forbidden when the permission is missing
   */
  async requireRight(principal: Principal, name: string): Promise<void> {
    if (!isSelf(principal, name)) await this.rights.require(principal, 'user_update', 'user.update', name);
  }

  /**
   * Makes the change.
   * @throws Forbidden without the permission for this change
   */
  async run(principal: Principal, name: string, change: UserChange): Promise<void> {
    const { caller } = principal;
    if (change.kind === 'password') {
      await this.setPassword(principal, name, change);
    } else if (change.kind === 'role') {
      await this.rights.require(principal, 'user_set_role', 'user.set_role', name);
      await this.administration.setRole(name, change.role, caller);
    } else {
      await this.rights.require(principal, 'user_update', 'user.update', name);
      await this.administration.setShowGettingStarted(name, change.show, caller);
    }
  }

  private async setPassword(
    principal: Principal,
    name: string,
    { password, endTokens }: Extract<UserChange, { kind: 'password' }>,
  ): Promise<void> {
    const { caller } = principal;
    // A token grants its bearer access for a limited time, so it must not be usable to gain permanent access.
    if (isSelf(principal, name) && caller.method !== 'basic')
      await this.rights.refuse(
        principal,
        new Forbidden(
          'Not permitted: changing your own password with a token; log in with your password for that',
        ),
        'user.set_password',
        name,
      );
    await this.users.setPassword(name, password, caller, { endTokens });
  }
}

function isSelf(principal: Principal, name: string): boolean {
  return principal.username.toLowerCase() === name.toLowerCase();
}
