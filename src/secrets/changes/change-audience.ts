import type { TenantContext } from '../../common/tenant-context.js';
import { administers } from '../secret-access.js';
import type { SecretChange } from './secret-change.js';

/**
 * Returns a change as the caller sees it, or undefined if the caller does not: by the rules of lists, with the secret as
 * it was after the change or when it was deleted. For whom a private secret was taken away from, it is deleted.
 * `read_secret_changes` follows the same rules; a test compares both.
 */
export function seenBy(tenant: TenantContext, change: SecretChange): SecretChange | undefined {
  const { visibility, creatorId, formerOwnerId } = change;
  if (change.tenantId !== tenant.tenantId) return visibility === 'global' ? change : undefined;
  if (visibility !== 'private' || creatorId === tenant.userId || administers(tenant)) return change;
  return formerOwnerId === tenant.userId ? { ...change, kind: 'deleted' } : undefined;
}

/** Returns those of the changes that the caller sees. */
export function allSeenBy(tenant: TenantContext, changes: readonly SecretChange[]): SecretChange[] {
  return changes.map((change) => seenBy(tenant, change)).filter((change) => change !== undefined);
}
