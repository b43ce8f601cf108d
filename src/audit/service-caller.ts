import { newId } from '../common/ids.js';
import type { Caller } from '../common/tenant-context.js';

/** Returns the caller of what the service does by itself, for the audit trail. */
export function serviceCaller(): Caller {
  return { actorId: null, actorName: null, method: 'system', requestId: newId(), address: null };
}
