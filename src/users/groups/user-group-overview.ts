import type { PageRequest } from '../../database/page-request.js';

/** Describes a group with the numbers of its tenants and users, or with their names. */
export interface UserGroupOverview {
  readonly name: string;
  readonly ldap_dn: string | null;
  readonly role: string;
  readonly tenants: number | Record<string, string>;
  readonly users: number | string[];
}

export const USER_GROUP_COLUMNS = {
  name: { sql: 'g.name', ignoresCase: true },
  ldap_dn: { sql: 'g.ldap_dn', ignoresCase: true },
  role: { sql: 'g.system_role' },
} as const;

export type UserGroupListOptions = PageRequest<keyof typeof USER_GROUP_COLUMNS>;
