import type { LogKeys } from '../../transparency/log-keys.js';
import { isSignedBy, parseCheckpoint, type TreeHead } from '../../transparency/note/checkpoint.js';
import { Frontier } from '../../transparency/tree/frontier.js';
import { subtreesOf } from '../../transparency/tree/node-address.js';
import { OlderCheckpoints } from '../verify/older-checkpoints.js';
import type { StoredEpoch, StoredLeaf, StoredLog } from './stored-log.js';

/** Holds what the leaves are verified against. */
export interface Proof {
  /** Undefined where there is no key. */
  readonly keys: LogKeys | undefined;
  /** Checkpoints that somebody kept, whose signatures were verified. */
  readonly older: readonly TreeHead[];
}

/**
 * Builds the tree of an epoch from its leaves, and compares it with what was signed. It ends with the first leaf that is missing:
 * no signature covers a tree with a gap.
 */
export class LeafTree {
  private readonly kept: OlderCheckpoints;
  /** Says why there is no tree, or none any more. */
  private gap: string | undefined;

  private constructor(
    private readonly log: StoredLog,
    private readonly epoch: StoredEpoch,
    private readonly proof: Proof,
    private readonly tree: Frontier,
  ) {
    const { origin, pruned } = epoch;
    this.kept = new OlderCheckpoints(
      proof.older.filter((head) => head.origin === origin && head.size >= pruned),
    );
  }

  /** Begins with the tree of what was removed as too old. */
  static async begin(log: StoredLog, epoch: StoredEpoch, proof: Proof): Promise<LeafTree> {
    const { pruned } = epoch;
    if (pruned === 0) return new LeafTree(log, epoch, proof, Frontier.empty());
    const hashes = await log.nodes(epoch, subtreesOf({ begin: 0, end: pruned }));
    const tree = new LeafTree(
      ...([log, epoch, proof] as const),
      hashes === undefined ? Frontier.empty() : Frontier.of(pruned, hashes),
    );
    const problem = hashes === undefined ? 'the hashes of their tree are gone' : await tree.problemOfHead();
    if (problem !== undefined)
      tree.gap = `nothing proves the ${pruned} events that were removed as too old: ${problem}`;
    else tree.compare();
    return tree;
  }

  /** Adds the next leaf. */
  append({ index, hash }: StoredLeaf): void {
    if (this.gap !== undefined) return;
    if (index !== this.tree.size) {
      this.gap = `after event ${this.tree.size} comes event ${index + 1}`;
      return;
    }
    this.tree.append(hash);
    this.compare();
  }

  /** Returns what is wrong with the leaves, once all were added. */
  async problems(): Promise<string[]> {
    if (this.gap !== undefined) return [this.gap];
    const other = this.kept.different ?? this.kept.notCompared;
    const problem = await this.problemOfEnd();
    return [
      ...(other === undefined ? [] : [`it is not what the kept checkpoint of ${other.size} events covers`]),
      ...(problem === undefined ? [] : [problem]),
    ];
  }

  private compare(): void {
    this.kept.compare(this.tree.size, () => this.tree.root());
  }

  private async problemOfEnd(): Promise<string | undefined> {
    const { size } = this.epoch;
    if (this.tree.size === 0 && size === 0) return undefined;
    return this.tree.size === size
      ? this.problemOfHead()
      : `it has ${this.tree.size} events, and the last checkpoint ${size}`;
  }

  /** Returns why no key proves the tree as it is now. */
  private async problemOfHead(): Promise<string | undefined> {
    const { size } = this.tree;
    const { origin } = this.epoch;
    const checkpoint = parseCheckpoint((await this.log.checkpoint(this.epoch, size)) ?? '');
    if (checkpoint === undefined) return `there is no checkpoint of ${size} events`;
    if (checkpoint.origin !== origin || checkpoint.size !== size || !checkpoint.root.equals(this.tree.root()))
      return `its events are not those of the checkpoint of ${size} events`;
    const key = this.proof.keys?.keyFor(origin, size);
    if (key === undefined) return `the keys have none that signs its checkpoint of ${size} events`;
    if (isSignedBy(checkpoint, key)) return undefined;
    const signers = checkpoint.note.signatures.map(({ keyId }) => keyId.toString('hex'));
    return signers.includes(key.id.toString('hex'))
      ? `the key did not sign its checkpoint of ${size} events`
      : `its checkpoint of ${size} events is signed by ${signers.join(', ')}, which the keys do not have`;
  }
}
