import { isSignedBy, parseCheckpoint, type TreeHead } from '../../transparency/note/checkpoint.js';
import type { LogKeys } from '../../transparency/log-keys.js';

/**
 * Returns a checkpoint that somebody kept.
 * @returns a text that says what is wrong where it is none, or is not signed by the key of its log
 */
export function readOlderCheckpoint(text: string, keys: LogKeys): TreeHead | string {
  const checkpoint = parseCheckpoint(text);
  if (checkpoint === undefined)
    return 'it is no checkpoint: origin, size and root on a line each, an empty line, and a signature';
  const { origin, size } = checkpoint;
  const key = keys.keyFor(origin, size);
  if (key === undefined) return `the keys have none that signs size ${size} of its log`;
  return isSignedBy(checkpoint, key) ? checkpoint : 'its signature is not by the key of its log';
}

/** Compares trees on the way with the older checkpoints of one log. */
export class OlderCheckpoints {
  private readonly open: Set<TreeHead>;
  private firstDifferent: TreeHead | undefined;

  constructor(heads: readonly TreeHead[]) {
    this.open = new Set(heads);
  }

  /** Returns the first checkpoint that is not of the same events. */
  get different(): TreeHead | undefined {
    return this.firstDifferent;
  }

  /** Returns a checkpoint that was not compared; undefined where each was. */
  get notCompared(): TreeHead | undefined {
    return this.open.values().next().value;
  }

  /** Compares the checkpoints of this size. */
  compare(size: number, root: () => Buffer): void {
    if (this.open.size === 0) return;
    for (const head of this.open)
      if (head.size === size) {
        this.open.delete(head);
        if (!root().equals(head.root)) this.firstDifferent ??= head;
      }
  }
}
