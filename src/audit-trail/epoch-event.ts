import { base64, readBase64 } from '../transparency/base64.js';
import type { TreeHead } from '../transparency/note/checkpoint.js';
import { HASH_BYTES } from '../transparency/tree/hash.js';
import { readTreeSize } from '../transparency/tree/tree-size.js';

/** Names the action of the event that begins an epoch. */
const NEW_EPOCH = 'audit.new_epoch';

/** Says where the epoch before ended, and why another began. */
export interface EpochStart {
  readonly previous: TreeHead;
  readonly reason: string | null;
}

/** Returns the `detail` of the event that begins an epoch: the last checkpoint of the epoch before, and the reason. */
export function epochDetail(
  { origin, size, root }: TreeHead,
  reason: string,
): Readonly<Record<string, string>> {
  return { previous_origin: origin, previous_size: String(size), previous_root: base64(root), reason };
}

/** Returns what the body of an event says that begins an epoch; undefined for any other event. */
export function epochStartOf(body: Buffer): EpochStart | undefined {
  const { action, detail } = membersOf(body);
  if (action !== NEW_EPOCH || typeof detail !== 'object' || detail === null) return undefined;
  const members = detail as Record<string, unknown>;
  const [origin, decimal, encoded] = ['previous_origin', 'previous_size', 'previous_root'].map((name) => {
    const text = members[name];
    return typeof text === 'string' ? text : '';
  });
  const [size, root] = [readTreeSize(decimal ?? ''), readBase64(encoded ?? '')];
  if (origin === undefined || size === undefined || root?.length !== HASH_BYTES) return undefined;
  return {
    previous: { origin, size, root },
    reason: typeof members.reason === 'string' ? members.reason : null,
  };
}

function membersOf(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}
