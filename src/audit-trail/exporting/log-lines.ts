import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_LOG } from '../../audit/audit-writer.js';
import { Refusal } from '../../audit/refusal.js';
import { Pruned } from '../../common/errors.js';
import { HASH_BYTES } from '../../transparency/tree/hash.js';
import { storedFrontier } from '../../transparency/tree/stored-frontier.js';
import { ExportWriter } from '../export-file/export-writer.js';
import { EPOCH_OF_KEPT } from '../reading/epoch-of-kept.js';
import type { LogScope } from '../reading/log-scope.js';
import {
  LogTreesRepository,
  type LogEpoch,
  type Since,
  type StoredLeaf,
} from '../trees/log-trees.repository.js';
import { StoredNodes } from '../trees/stored-nodes.js';
import type { RecordedExport } from './recorded-export.js';

/** Stands for the hash of a leaf that somebody deleted, so that whoever verifies the file is told that its line is missing. */
const NO_HASH = Buffer.alloc(HASH_BYTES);

/** Writes logs as lines that can be proved. */
@Injectable()
export class LogLines {
  constructor(@Inject(LogTreesRepository) private readonly trees: LogTreesRepository) {}

  /**
   * Gives the text of an export part by part. Each log ends with its last checkpoint at the moment when it was begun.
   * @throws Conflict, Pruned for a checkpoint after which the log cannot be exported
   */
  async *of(parts: RecordedExport, scope: LogScope, since: Since | undefined): AsyncGenerator<string, void> {
    const writer = new ExportWriter();
    let after: string | undefined;
    for (;;) {
      const epochs = await parts.read(async (manager, logIds) => {
        const page = await this.trees.epochs(manager, logIds, { after, since });
        return sinceProblem(page, since) ?? page;
      });
      if (after === undefined) yield writer.begin();
      if (epochs.length === 0) break;
      for (const epoch of epochs)
        if (isExported(epoch, scope, since)) yield* this.section(parts, writer, epoch);
      after = epochs.at(-1)?.logId;
    }
    yield writer.end();
  }

  private async *section(
    parts: RecordedExport,
    writer: ExportWriter,
    epoch: LogEpoch & { readonly size: number; readonly note: string },
  ): AsyncGenerator<string, void> {
    const { size, note, startSize } = epoch;
    yield writer.beginLog(epoch.origin, await this.startOf(parts, epoch));
    for (let from = startSize; from < size;) {
      const leaves = await parts.read((manager) => this.trees.leaves(manager, epoch, from, size));
      from += leaves.length;
      yield leaves.map((leaf) => lines(writer, leaf, leaf.note === note)).join('');
      parts.count(leaves.length);
    }
    yield writer.checkpoint(note);
  }

  private async startOf(
    parts: RecordedExport,
    epoch: LogEpoch,
  ): Promise<Parameters<ExportWriter['beginLog']>[1]> {
    const { startSize, startNote: checkpoint, origin } = epoch;
    if (startSize === 0) return undefined;
    if (checkpoint === null) throw new Error(`The checkpoint of ${startSize} events of ${origin} is missing`);
    const frontier = await parts.read((manager) =>
      storedFrontier(new StoredNodes(manager, epoch), startSize),
    );
    return { checkpoint, frontier };
  }
}

/** @param isLast true where the checkpoint of the leaf is the one that ends the log, which is written elsewhere */
function lines(writer: ExportWriter, { hash, body, note }: StoredLeaf, isLast: boolean): string {
  const leafHash = hash ?? NO_HASH;
  const line = body === null ? writer.missing(leafHash) : writer.event(body, leafHash);
  return note === null || isLast ? line : line + writer.checkpoint(note);
}

/**
 * Tells whether an epoch is exported: after a time those that have something new, and the last one in any case, since its
 * checkpoint tells that there is nothing new; but not that of each of all logs.
 */
function isExported(
  epoch: LogEpoch,
  scope: LogScope,
  since: Since | undefined,
): epoch is LogEpoch & { readonly size: number; readonly note: string } {
  if (epoch.size === null) return false;
  if (since === undefined) return true;
  if ('epoch' in since) return epoch.epoch >= since.epoch;
  if (epoch.startSize < epoch.size) return true;
  return epoch.isLast && (scope.kind !== 'all' || epoch.logId === SYSTEM_LOG);
}

/** Returns why an export cannot begin after a checkpoint of that size; undefined where it can. */
function sinceProblem(epochs: readonly LogEpoch[], since: Since | undefined): Refusal | undefined {
  if (since === undefined || 'time' in since || epochs.length === 0) return undefined;
  const { size, pruned } = epochs.find(({ epoch }) => epoch === since.epoch) ?? { size: null, pruned: 0 };
  if (size === null || size < since.size)
    return Refusal.conflict(
      `The log has no checkpoint of so many events in epoch ${since.epoch}. ${EPOCH_OF_KEPT}. If these are what you gave, the ` +
        'log has lost events',
    );
  if (since.size >= pruned) return undefined;
  return new Refusal(
    'gone',
    new Pruned(
      `Events after \`since\` were removed, as they are older than the retention: the log begins after ${pruned} events; ` +
        'leave `since` out to export what is left',
    ),
  );
}
