import type { UnsealedLog } from './sealing.repository.js';

/** Bounds the memory; what is forgotten is verified by its signature again. */
const MOST_LOGS = 50_000;

interface KnownHead {
  readonly epoch: number;
  readonly size: number;
  readonly root: Buffer;
}

/** Remembers the committed heads of logs that this process has seen, to notice a database that is behind one of them. */
export class KnownHeads {
  private readonly heads = new Map<string, KnownHead>();

  /** Tells whether the log is now shorter than it was, or of an earlier epoch. */
  isBehind({ logId, epoch, size }: UnsealedLog): boolean {
    const known = this.heads.get(logId);
    if (known === undefined || known.epoch < epoch) return false;
    return known.epoch > epoch || known.size > size;
  }

  /** Tells whether just this head was seen before. */
  has({ logId, epoch, size }: UnsealedLog, root: Buffer): boolean {
    const known = this.heads.get(logId);
    return known?.epoch === epoch && known.size === size && known.root.equals(root);
  }

  /** Remembers a head that was read from the database, and is therefore committed. */
  add({ logId, epoch, size }: UnsealedLog, root: Buffer): void {
    this.heads.delete(logId);
    this.heads.set(logId, { epoch, size, root });
    const [oldest] = this.heads.keys();
    if (this.heads.size > MOST_LOGS && oldest !== undefined) this.heads.delete(oldest);
  }
}
