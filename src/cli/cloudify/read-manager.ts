import { randomBytes } from 'node:crypto';
import { StartupError } from '../../common/startup-error.js';
import type { CloudifyAccess } from './cloudify-access.js';
import { CloudifyApi, Refused } from './cloudify-api.js';
import type { CloudifyContents, SourceGroup, SourceUser } from './cloudify-contents.js';
import { secretsIn } from './secrets-in.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads everything that can be moved from a running manager. Values are encrypted under a passphrase that is used once.
 */
export async function readManager(
  access: CloudifyAccess,
  tell: (line: string) => void,
): Promise<CloudifyContents> {
  const api = new CloudifyApi(access, tell);
  const gaps: string[] = [];
  const all = async (what: string, path: string): Promise<Fields[]> => {
    tell(`reading ${what}`);
    try {
      return (await api.list(path)).filter(isObject);
    } catch (error) {
      // The community edition does not have these.
      if (!(error instanceof Refused) || error.status !== 404) throw error;
      gaps.push(`${what}: ${error.message}`);
      return [];
    }
  };
  const tenants = await all('tenants', '/tenants');
  const users = await all('users', '/users');
  const groups = await all('user groups', '/user-groups');
  tell('reading secrets');
  const passphrase = randomBytes(32).toString('base64url');
  const query = { _all_tenants: 'true', _include_metadata: 'true', _passphrase: passphrase };
  const secrets = secretsIn(await api.bytes('/secrets/share/export', query), 'The export of the manager');
  if (secrets === undefined) throw new StartupError('The manager did not return a list of secrets');
  return {
    tenants: tenants.map(({ name }) => textOf(name)).filter((name) => name !== ''),
    users: users.map(toUser).filter(({ username }) => username !== ''),
    groups: groups.map(toGroup).filter(({ name }) => name !== ''),
    secrets,
    passphrase,
    gaps,
  };
}

function toUser(user: Fields): SourceUser {
  const { direct } = isObject(user.tenant_roles) ? user.tenant_roles : {};
  const createdAt = new Date(textOf(user.created_at));
  return {
    username: textOf(user.username),
    role: textOf(user.role),
    active: user.active !== false,
    createdAt: Number.isNaN(createdAt.getTime()) ? undefined : createdAt,
    tenants: rolesOf(direct),
  };
}

function toGroup(group: Fields): SourceGroup {
  const { users } = group;
  return {
    name: textOf(group.name),
    role: textOf(group.role),
    ldapDn: textOf(group.ldap_dn) || null,
    tenants: rolesOf(group.tenants),
    users: Array.isArray(users) ? users.map(textOf).filter((name) => name !== '') : [],
  };
}

function rolesOf(roles: unknown): Record<string, string> {
  if (!isObject(roles)) return {};
  return Object.fromEntries(Object.entries(roles).map(([tenant, role]) => [tenant, textOf(role)]));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
