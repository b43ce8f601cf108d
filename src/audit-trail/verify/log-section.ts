import { readBase64 } from '../../transparency/base64.js';
import type { LogKeys } from '../../transparency/log-keys.js';
import { parseOrigin, type LogOrigin } from '../../transparency/log-origin.js';
import type { Checkpoint, TreeHead } from '../../transparency/note/checkpoint.js';
import { Frontier } from '../../transparency/tree/frontier.js';
import { leafHash } from '../../transparency/tree/hash.js';
import type { LogLine } from '../export-file/export-line.js';
import { Damage } from './damage.js';
import { timeOf } from './event-time.js';
import type { ProvedLog } from './export-report.js';
import { OlderCheckpoints } from './older-checkpoints.js';
import { signedCheckpoint } from './signed-checkpoint.js';

/** Follows one epoch of a log through the file: its tree, and what the checkpoints prove of it. */
export class LogSection {
  readonly origin: LogOrigin;
  private readonly tree: Frontier;
  private readonly older: OlderCheckpoints;
  private readonly before: number;
  private firstEvent: { readonly line: number; readonly event: Buffer } | undefined;
  private last: Buffer | undefined;
  private proved: ProvedLog | undefined;

  /** @throws Damage for a log of which nothing could be proved */
  constructor(
    private readonly head: LogLine,
    private readonly keys: LogKeys,
    private readonly olderHeads: readonly TreeHead[],
  ) {
    const origin = parseOrigin(head.origin);
    if (origin === undefined) throw new Damage(head.line, 'names no log of Strongroom');
    if (!keys.has(head.origin))
      throw new Damage(head.line, `begins the log ${head.origin}, of which the keys have none`);
    this.origin = origin;
    this.older = new OlderCheckpoints(olderHeads);
    this.tree = this.start();
    this.before = this.tree.size;
    this.older.compare(this.before, () => this.tree.root());
    if (this.older.different !== undefined) throw this.changed(head.line, this.older.different);
    const earlier = olderHeads.find(({ size }) => size < this.before);
    if (earlier !== undefined) throw this.notReached(earlier);
  }

  /** Returns what was proved up to the last checkpoint; undefined before the first one. */
  get report(): ProvedLog | undefined {
    return this.proved;
  }

  /** Tells whether a checkpoint covers every event so far. */
  get isProved(): boolean {
    return this.proved?.size === this.tree.size;
  }

  isOf(origin: string): boolean {
    return this.head.origin === origin;
  }

  /** Tells whether the file has the epoch from its first event on. */
  get isWhole(): boolean {
    return this.before === 0;
  }

  /** Returns the first event in the file, with its line; undefined where there is none yet. */
  get first(): { readonly line: number; readonly event: Buffer } | undefined {
    return this.firstEvent;
  }

  /** Appends an event, and returns the hash of its leaf. */
  append(line: number, event: Buffer): Buffer {
    const hash = leafHash(event);
    this.tree.append(hash);
    this.firstEvent ??= { line, event: Buffer.from(event) };
    this.last = event;
    this.older.compare(this.tree.size, () => this.tree.root());
    return hash;
  }

  /**
   * Takes a checkpoint whose signature and size are as they must be.
   * @throws Damage for any other checkpoint
   */
  checked(line: number, text: string): Checkpoint {
    const checkpoint = signedCheckpoint(line, this.head.origin, text, this.keys);
    if (checkpoint.size !== this.tree.size)
      throw new Damage(line, `has the checkpoint of ${checkpoint.size} events, after ${this.tree.size}`);
    if (this.proved?.size === checkpoint.size) throw new Damage(line, 'repeats a checkpoint');
    return checkpoint;
  }

  /** Tells whether a checkpoint is of the events so far. */
  fits({ root }: Checkpoint): boolean {
    return this.tree.root().equals(root);
  }

  /**
   * Notes that a checkpoint proves all events so far.
   * @throws Damage where they are not those of an older checkpoint
   */
  prove(line: number, { size, root, origin }: Checkpoint, epochStart: ProvedLog['epochStart']): void {
    if (this.older.different !== undefined) throw this.changed(line, this.older.different);
    const lastTime = this.last === undefined ? null : timeOf(this.last);
    this.proved = {
      ...{ origin, before: this.before, size, root, lastTime, epochStart },
      verifierKey: String(this.keys.keyFor(origin, size)),
      firstTime: this.proved?.firstTime ?? (this.first === undefined ? null : timeOf(this.first.event)),
      olderSizes: this.olderHeads.map((head) => head.size).filter((older) => older <= size),
    };
  }

  /**
   * Ends the log, whose events are all proved.
   * @throws Damage where an older checkpoint has more events
   */
  close(line: number): void {
    const more = this.older.notCompared;
    if (more === undefined) return;
    throw new Damage(
      line,
      `comes after ${this.tree.size} events of the log, but the older checkpoint is of ${more.size}: the last ${more.size - this.tree.size} are missing`,
    );
  }

  /** Returns the tree that the log begins with in this file. */
  private start(): Frontier {
    const { line, start } = this.head;
    if (start === undefined) return Frontier.empty();
    const checkpoint = signedCheckpoint(line, this.head.origin, start.checkpoint, this.keys);
    const hashes = start.frontier.map(readBase64).filter((hash) => hash !== undefined);
    const tree = frontierOf(checkpoint.size, hashes);
    if (tree === undefined || hashes.length !== start.frontier.length || !tree.root().equals(checkpoint.root))
      throw new Damage(line, 'has a frontier that is not that of its checkpoint');
    return tree;
  }

  private changed(line: number, { size }: TreeHead): Damage {
    return new Damage(
      line,
      `proves other events than the older checkpoint of ${size}: one of the first ${size} was changed and signed anew`,
    );
  }

  private notReached({ size }: TreeHead): Damage {
    return new Damage(
      this.head.line,
      `begins after ${this.before} events, so that nothing can be said about the older checkpoint of ${size}: export the log from there, or use a proof of consistency`,
    );
  }
}

function frontierOf(size: number, hashes: readonly Buffer[]): Frontier | undefined {
  try {
    return Frontier.of(size, hashes);
  } catch {
    return undefined;
  }
}
