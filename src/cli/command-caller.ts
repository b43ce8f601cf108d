import { userInfo } from 'node:os';
import { newId } from '../common/ids.js';
import type { Caller } from '../common/tenant-context.js';

/**
 * Returns the caller of a command for the audit trail: the name of the operating system's user, which proves nothing.
 */
export function commandCaller(): Caller {
  return { actorId: null, actorName: loginName(), method: 'cli', requestId: newId(), address: null };
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
