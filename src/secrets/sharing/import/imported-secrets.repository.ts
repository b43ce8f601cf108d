import type { AuditEvent } from '../../../audit/audit-event.js';
import type { Deadline } from '../../../common/deadline.js';
import type { Caller } from '../../../common/tenant-context.js';
import type { StoredSecret } from '../../secret.js';
import type { NewSecret, SecretUpdate } from '../../secrets.repository.js';
import type { ImportedRow, RowErrors } from './imported-row.js';

/** Identifies the importer, and the log that records the import. */
export interface Importer {
  readonly userId: string;
  readonly username: string;
  readonly caller: Caller;
  /** A tenant's id, or the system's log. */
  readonly logId: string;
  /** The time by which the import must be done; an import by the operator's command has no limit. */
  readonly deadline?: Deadline;
}

/** Describes what happens to one row. */
export type PlannedRow = { readonly row: ImportedRow } & (
  | { readonly kind: 'insert'; readonly secret: NewSecret }
  | { readonly kind: 'update'; readonly current: StoredSecret; readonly update: SecretUpdate }
  /** The key exists and stays as it is. */
  | { readonly kind: 'collision' }
  /** The key exists and cannot be replaced. */
  | { readonly kind: 'error'; readonly errors: RowErrors }
);

export interface ImportPlan {
  readonly rows: readonly PlannedRow[];
  /** True to replace existing secrets. */
  readonly override: boolean;
  /** True to roll everything back at the end, to see what would happen. */
  readonly dryRun: boolean;
  readonly event: AuditEvent;
}

export type ImportOutcome =
  | {
      readonly kind: 'done';
      /** The rows whose key exists already. */
      readonly colliding: readonly ImportedRow[];
      /** The errors by the index of the row. If there are any, nothing was imported. */
      readonly errors: ReadonlyMap<number, RowErrors>;
    }
  /** Nothing was imported: these are no longer as they were when the plan was made. */
  | { readonly kind: 'stale'; readonly rows: readonly ImportedRow[] };

/**
 * Imports many secrets at once, of many tenants: all of them or none, in one transaction with an event for each and one
 * for the import. A port.
 */
export abstract class ImportedSecretsRepository {
  /** Returns the secrets that exist already, by the index of their row. */
  abstract find(rows: readonly ImportedRow[]): Promise<ReadonlyMap<number, StoredSecret>>;
  /**
   * Carries out a plan. The importer must still have the initial rights at the end.
   * @throws Unavailable when the database cannot be reached
   */
  abstract importAll(importer: Importer, plan: ImportPlan): Promise<ImportOutcome>;
  /** Records an import that was refused before it began. */
  abstract record(importer: Importer, event: AuditEvent): Promise<void>;
  /** Returns the ids of living users of these names, by the name in lower case. */
  abstract users(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
