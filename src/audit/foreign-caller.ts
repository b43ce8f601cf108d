import type { Caller } from '../common/tenant-context.js';

/** Returns a caller as the log of a tenant shows one from elsewhere: by ids, without name, address and reason. */
export function foreignCaller({ actorId, method, requestId, isHead }: Caller): Caller {
  const shown: Caller = { actorId, actorName: null, method, requestId, address: null };
  return isHead === undefined ? shown : { ...shown, isHead };
}
