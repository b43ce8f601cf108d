import type { INestApplicationContext } from '@nestjs/common';
import type { Caller, TenantContext } from '../../common/tenant-context.js';
import { Configuration } from '../../config/configuration.js';
import { SecretsService } from '../../secrets/secrets.service.js';
import { TenantsService } from '../../tenants/tenants.service.js';
import { UserGroupsService } from '../../users/groups/user-groups.service.js';
import { RolePermissions } from '../../users/permissions/role-permissions.service.js';
import { TenantMembersService } from '../../users/tenant-members.service.js';
import { TokensService } from '../../users/tokens/tokens.service.js';
import { UserAdministration } from '../../users/user-administration.service.js';
import { UserDirectory } from '../../users/user-directory.service.js';
import type { DescribedUser } from '../../users/user-overview.js';
import { UsersService } from '../../users/users.service.js';
import { existing } from '../existing.js';
import { DEMO_GROUP, DEMO_USERS } from './demo-world.js';

/** Holds the services that the demo works with, and finds what it made before. */
export class DemoServices {
  readonly tenants: TenantsService;
  readonly users: UsersService;
  readonly administration: UserAdministration;
  readonly groups: UserGroupsService;
  readonly members: TenantMembersService;
  readonly tokens: TokensService;
  readonly secrets: SecretsService;
  /** The fewest characters of a password. */
  readonly shortestPassword: number;
  private readonly directory: UserDirectory;
  private readonly permissions: RolePermissions;

  constructor(
    services: INestApplicationContext,
    readonly caller: Caller,
  ) {
    this.tenants = services.get(TenantsService);
    this.users = services.get(UsersService);
    this.administration = services.get(UserAdministration);
    this.groups = services.get(UserGroupsService);
    this.members = services.get(TenantMembersService);
    this.tokens = services.get(TokensService);
    this.secrets = services.get(SecretsService);
    this.shortestPassword = services.get(Configuration).passwordMinLength;
    this.directory = services.get(UserDirectory);
    this.permissions = services.get(RolePermissions);
  }

  findUser(name: string): Promise<DescribedUser | undefined> {
    return existing(this.directory.find(name));
  }

  async hasGroup(): Promise<boolean> {
    return (await existing(this.groups.read(DEMO_GROUP, false, this.caller))) !== undefined;
  }

  /** Tells whether a tenant of that name is one that the demo made: the demo's first user belongs to it. */
  async madeTenant(name: string): Promise<boolean> {
    const user = await this.findUser(DEMO_USERS[0].name);
    return user !== undefined && isOfDemo(user) && user.tenantRoles.some(({ tenant }) => tenant === name);
  }

  /** Returns the context in which a user of the demo works in a tenant; undefined where either does not exist. */
  async contextOf(tenantName: string, username: string): Promise<TenantContext | undefined> {
    const tenant = await this.tenants.find(tenantName);
    const described = await this.findUser(username);
    if (tenant === undefined || described === undefined || !isOfDemo(described)) return undefined;
    const { user, tenantRoles } = described;
    const roles = tenantRoles.filter((each) => each.tenant === tenant.name).map(({ role }) => role);
    const held = new Set<string>([user.systemRole, ...roles]);
    const permissions = (await this.permissions.all()).filter(({ role }) => held.has(role));
    return {
      tenantId: tenant.id,
      tenantName: tenant.name,
      userId: user.id,
      username: user.username,
      permissions: new Set(permissions.map(({ permission }) => permission)),
      caller: { ...this.caller, actorId: user.id, actorName: user.username },
    };
  }
}

/** Tells whether a user is one that the demo made. */
export function isOfDemo({ groups }: DescribedUser): boolean {
  return groups.some(({ name }) => name === DEMO_GROUP);
}
