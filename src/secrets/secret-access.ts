import type { TenantContext } from '../common/tenant-context.js';
import type { SecretDescription } from './secret.js';

/**
 * Decides who may see and change secrets of the caller's own tenant. The database's `read_secrets` and the list follow
 * the same rules; a test compares all of them with one table.
 */

/** Sees all that is private or hidden in the tenant: its managers and system administrators. */
export function administers(tenant: TenantContext): boolean {
  return tenant.permissions.has('administrators');
}

/**
 * Tells whether a secret is there for a caller: a private one is for its creator and the tenant's administrators only.
 */
export function maySee(tenant: TenantContext, secret: SecretDescription): boolean {
  return secret.visibility !== 'private' || mayReveal(tenant, secret);
}

/**
 * Tells whether a caller may read and change a value: a hidden one is for its creator and the tenant's administrators.
 */
export function mayTouch(tenant: TenantContext, secret: SecretDescription): boolean {
  return !secret.isHiddenValue || mayReveal(tenant, secret);
}

/** Tells whether a caller decides if a value is hidden: its creator and the tenant's administrators do. */
export function mayReveal(tenant: TenantContext, secret: SecretDescription): boolean {
  return secret.creatorId === tenant.userId || administers(tenant);
}

export function maySetOwner(tenant: TenantContext): boolean {
  return tenant.permissions.has('set_owner');
}

export function mayMakeGlobal(tenant: TenantContext): boolean {
  return tenant.permissions.has('create_global_resource');
}
