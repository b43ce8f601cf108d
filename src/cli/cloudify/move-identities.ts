import { BadParameters, Conflict } from '../../common/errors.js';
import { DomainError } from '../../common/domain-error.js';
import { randomPassword } from '../../common/passwords/random-password.js';
import { nameProblem } from '../../common/names/resource-name.js';
import type { Caller } from '../../common/tenant-context.js';
import type { TenantsService } from '../../tenants/tenants.service.js';
import { requireSystemRole } from '../../users/permissions/roles.js';
import type { TenantMembersService } from '../../users/tenant-members.service.js';
import type { UserAdministration } from '../../users/user-administration.service.js';
import type { UserDirectory } from '../../users/user-directory.service.js';
import type { UserGroupsService } from '../../users/groups/user-groups.service.js';
import type { UsersService } from '../../users/users.service.js';
import { existing } from '../existing.js';
import type { CloudifyContents, SourceGroup, SourceUser } from './cloudify-contents.js';
import type { Kind, MoveReport } from './move-report.js';

export interface IdentityServices {
  readonly tenants: TenantsService;
  readonly users: UsersService;
  readonly administration: UserAdministration;
  readonly directory: UserDirectory;
  readonly groups: UserGroupsService;
  readonly members: TenantMembersService;
  /** The fewest characters of a password. */
  readonly shortestPassword: number;
}

/** Stores a new user's password before the user is created. */
export type KeepPassword = (username: string, password: string) => void;

/**
 * Moves tenants, users, groups and memberships. What exists stays as it is; what is refused is reported, and the rest
 * goes on.
 */
export class MoveIdentities {
  /** Holds the names that a dry run would have created, in lower case. */
  readonly wouldBe = { tenants: new Set<string>(), users: new Set<string>() };

  constructor(
    private readonly services: IdentityServices,
    private readonly caller: Caller,
    private readonly report: MoveReport,
    private readonly dryRun: boolean,
    private readonly keepPassword: KeepPassword,
  ) {}

  async move({ tenants, users, groups }: CloudifyContents, tell: (line: string) => void): Promise<void> {
    tell(`${tenants.length} tenants`);
    for (const name of tenants) await this.tenant(name);
    tell(`${users.length} users`);
    for (const user of users) await this.user(user);
    tell(`${groups.length} user groups`);
    for (const group of groups) await this.group(group);
  }

  private async tenant(name: string): Promise<void> {
    const there = (await this.services.tenants.find(name)) !== undefined;
    await this.make('tenants', name, there, async () => {
      await this.services.tenants.create(name, this.caller);
    });
    if (this.dryRun && !there) this.wouldBe.tenants.add(name);
  }

  private async user(user: SourceUser): Promise<void> {
    const { username, role, active, createdAt } = user;
    const there = (await existing(this.services.directory.find(username))) !== undefined;
    const made = await this.make('users', username, there, async () => {
      const systemRole = requireSystemRole(role);
      const password = randomPassword(this.services.shortestPassword);
      this.keepPassword(username, password);
      await this.services.users.create({ username, password, systemRole, createdAt }, this.caller);
      if (!active) await this.services.administration.setActive(username, false, this.caller);
    });
    if (!made) return;
    if (this.dryRun && !there) this.wouldBe.users.add(username.toLowerCase());
    for (const [tenant, tenantRole] of Object.entries(user.tenants))
      await this.member('user', tenant, username, tenantRole);
  }

  private async group({ name, role, ldapDn, tenants, users }: SourceGroup): Promise<void> {
    const there = (await existing(this.services.groups.read(name, false, this.caller))) !== undefined;
    const made = await this.make('user groups', name, there, async () => {
      await this.services.groups.create({ name, role, ldapDn }, this.caller);
    });
    if (!made) return;
    for (const username of users)
      await this.join(`${name}/${username}`, () => this.services.groups.addUser(name, username, this.caller));
    for (const [tenant, tenantRole] of Object.entries(tenants))
      await this.member('user_group', tenant, name, tenantRole);
  }

  private member(kind: 'user' | 'user_group', tenantName: string, name: string, role: string): Promise<void> {
    return this.join(`${tenantName}/${name}`, () =>
      this.services.members.addByOperator({ kind, tenantName, name }, role, this.caller),
    );
  }

  /** Adds a membership. A dry run counts it as one that would be moved, since what it needs may not exist yet. */
  private async join(name: string, work: () => Promise<unknown>): Promise<void> {
    if (this.dryRun) {
      this.report.add('memberships', 'moved');
      return;
    }
    try {
      await work();
      this.report.add('memberships', 'moved');
    } catch (error) {
      if (error instanceof Conflict) this.report.add('memberships', 'existing');
      else this.report.missed('memberships', name, reasonOf(error));
    }
  }

  /** @returns whether it exists afterwards */
  private async make(kind: Kind, name: string, there: boolean, work: () => Promise<void>): Promise<boolean> {
    if (there) {
      this.report.add(kind, 'existing');
      return true;
    }
    try {
      if (!this.dryRun) await work();
      else requireName(name);
      this.report.add(kind, 'moved');
      return true;
    } catch (error) {
      this.report.missed(kind, name, reasonOf(error));
      return false;
    }
  }
}

function requireName(name: string): void {
  const problem = nameProblem(name);
  if (problem !== undefined) throw new BadParameters(`The name ${problem}`);
}

/**
 * Returns why a change was refused.
 * @throws the error where it is not a refusal
 */
function reasonOf(error: unknown): string {
  if (error instanceof DomainError && error.status < 500) return error.message;
  throw error;
}
