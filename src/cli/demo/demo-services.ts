import type { INestApplicationContext } from '@nestjs/common';
import { IdentityLookup } from '../../auth/identity-lookup.js';
import { principalOf } from '../../auth/principal.js';
import type { Caller, TenantContext } from '../../common/tenant-context.js';
import { Configuration } from '../../config/configuration.js';
import { Lanes } from '../../database/lanes.js';
import { SecretsService } from '../../secrets/secrets.service.js';
import { TenantsService } from '../../tenants/tenants.service.js';
import { UserGroupsService } from '../../users/groups/user-groups.service.js';
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
  private readonly identities: IdentityLookup;

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
    this.identities = new IdentityLookup(services.get(Lanes));
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
    const described = await this.findUser(username);
    if (described === undefined || !isOfDemo(described)) return undefined;
    const { id: userId } = described.user;
    const identity = await this.identities.find({ username, source: '', tenant: tenantName });
    const caller = { ...this.caller, actorId: userId, actorName: username };
    const { tenant, permissions } = principalOf(identity, caller);
    if (tenant === undefined) return undefined;
    return { tenantId: tenant.id, tenantName: tenant.name, userId, username, permissions, caller };
  }
}

/** Tells whether a user is one that the demo made. */
export function isOfDemo({ groups }: DescribedUser): boolean {
  return groups.some(({ name }) => name === DEMO_GROUP);
}
