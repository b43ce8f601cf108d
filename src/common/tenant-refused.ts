import { Forbidden } from './errors.js';
import { printable } from './printable.js';

/** Returns the one error for a tenant that does not exist and for one where the caller does not have the permission. */
export function tenantRefused(permission: string, tenant: string): Forbidden {
  return new Forbidden(
    `Not permitted, or invalid tenant name: ${permission} in the tenant ${printable(tenant)}`,
  );
}
