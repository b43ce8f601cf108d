import { Forbidden } from './errors.js';
import { printable } from './printable.js';

const CURE = 'a system administrator can give you a role that has it';

/** Returns the error for a caller who lacks a permission of the whole installation. */
export function permissionRefused(permission: string): Forbidden {
  return new Forbidden(`Not permitted: you lack the permission ${permission}; ${CURE}`);
}

/**
 * Returns the one error for a tenant that does not exist and for one where the caller does not have the permission.
 * Clients match `invalid tenant name` before the name, and the permission before it.
 */
export function tenantRefused(permission: string, tenant: string): Forbidden {
  return new Forbidden(
    `Not permitted, or invalid tenant name: you lack the permission ${permission} in the tenant ` +
      `\`${printable(tenant)}\`, or there is no such tenant; check the name, or ask: ${CURE}`,
  );
}
