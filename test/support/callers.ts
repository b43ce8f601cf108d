import { newId } from '../../src/common/ids.js';
import type { Caller } from '../../src/common/tenant-context.js';

export function systemCaller(): Caller {
  return { actorId: null, actorName: null, method: 'system', requestId: newId(), address: null };
}
