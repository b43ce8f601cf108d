import type { TenantContext } from '../common/tenant-context.js';
import type { Share } from '../common/turns/turn-queue.js';

/** Returns the tenant and the user for whom a request works, so that they take turns with others. */
export function shareOf({ tenantId, userId }: Pick<TenantContext, 'tenantId' | 'userId'>): Share {
  return { group: tenantId, member: userId };
}
