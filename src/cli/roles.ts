import { KNOWN_ROLES } from '../users/permissions/known-permissions.js';

const named = (kind: 'system_role' | 'tenant_role'): readonly string[] =>
  Object.entries(KNOWN_ROLES)
    .filter(([, other]) => other === kind)
    .map(([role]) => role);

export const TENANT_ROLES = named('tenant_role');
export const SYSTEM_ROLES = named('system_role');
export const ROLES = [...SYSTEM_ROLES, ...TENANT_ROLES];
