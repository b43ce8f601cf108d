import { Forbidden } from './errors.js';
import { printable } from './printable.js';

/** One answer for a tenant that does not exist and one that the caller may not do this in. */
export function tenantRefused(permission: string, tenant: string): Forbidden {
  return new Forbidden(
    `Not permitted, or invalid tenant name: ${permission} in the tenant ${printable(tenant)}`,
  );
}
