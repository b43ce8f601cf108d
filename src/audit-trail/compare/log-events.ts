import type { SqlConnection } from '../../database/connection/sql-connection.js';
import type { TreeHead } from '../../transparency/note/checkpoint.js';
import type { Proof } from './leaf-tree.js';
import { compareColumns, provedLeaves, type Report } from './proved-leaves.js';
import { storedKeys } from './stored-keys.js';
import { StoredLog, type StoredEvent } from './stored-log.js';

/** Holds what somebody kept elsewhere, against which logs are verified; without keys, those of the database count. */
export type KeptProof = Proof;

/** Holds the next events of a log. */
export interface LogPart {
  readonly events: readonly StoredEvent[];
  readonly isSealed: boolean;
}

/** Reads whole logs: first the leaves, which it verifies, then what waits to be sealed, as it is. */
export class LogEvents {
  private readonly log: StoredLog;
  private readonly origins = new Set<string>();

  constructor(
    private readonly owner: SqlConnection,
    private readonly kept: KeptProof,
  ) {
    this.log = new StoredLog(owner);
  }

  /** Returns the kept checkpoints of logs that were not read: of others than were asked for, or that somebody removed. */
  get notCompared(): readonly TreeHead[] {
    return this.kept.older.filter(({ origin }) => !this.origins.has(origin));
  }

  /** Returns the events of a log in their order, part by part, and reports what is wrong with them. */
  async *of(logId: string, report: Report): AsyncGenerator<LogPart> {
    const { older } = this.kept;
    const keys = this.kept.keys ?? (await storedKeys(this.owner, [logId]));
    for (const epoch of await this.log.epochs(logId)) {
      this.origins.add(epoch.origin);
      for await (const events of provedLeaves(this.log, epoch, { keys, older }, report))
        yield { events, isSealed: true };
    }
    for await (const events of this.log.pending(logId)) {
      for (const event of events) compareColumns(event, 'it was not sealed yet', report);
      yield { events, isSealed: false };
    }
  }
}
