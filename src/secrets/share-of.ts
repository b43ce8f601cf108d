import type { TenantContext } from '../common/tenant-context.js';
import type { Share } from '../common/turn-queue.js';

/** Returns for whom the work of a request is done, where tenants and their users take turns. */
export function shareOf({ tenantId, userId }: Pick<TenantContext, 'tenantId' | 'userId'>): Share {
  return { group: tenantId, member: userId };
}
