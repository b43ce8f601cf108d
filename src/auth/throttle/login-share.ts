import type { Share } from '../../common/turns/turn-queue.js';

/** Returns the share of a login: networks take turns, and names within one. */
export function shareOfLogin(nameKey: Buffer, source: string): Share {
  return { group: source, member: nameKey.toString('base64') };
}
