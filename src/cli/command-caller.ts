import { userInfo } from 'node:os';
import { newId } from '../common/ids.js';
import type { Caller } from '../common/tenant-context.js';

/** Who works at the terminal, as the audit trail records it: the operating system's name, which proves nothing. */
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
