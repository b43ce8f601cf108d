import type { AuditEvent } from '../../../audit/audit-event.js';
import type { Caller } from '../../../common/tenant-context.js';
import type { SealedValue } from '../../../crypto/sealed-value.js';
import type { StoredSecret } from '../../secret.js';
import type { ImportedRow, RowErrors } from './imported-row.js';

/** Who imports, and whose log says so. */
export interface Importer {
  readonly userId: string;
  readonly username: string;
  readonly caller: Caller;
  /** A tenant's id, or the system's log. */
  readonly logId: string;
}

/** What of a secret is sealed. */
export interface SealedContent {
  readonly value: SealedValue;
  readonly providerOptions: SealedValue | null;
}

/** What becomes of a secret that is there: its value stays sealed as it is where it is the same. */
export interface Replacement extends SealedContent {
  readonly version: number;
}

/** The rules of an import, asked within its transaction. */
export interface ImportRules {
  seal(row: ImportedRow, id: string): Promise<SealedContent>;
  /** @returns why not, where the importer may not replace it */
  replace(row: ImportedRow, current: StoredSecret): Promise<Replacement | RowErrors>;
}

export interface ImportOrder {
  readonly rows: readonly ImportedRow[];
  /** Whether secrets that are there already are replaced. */
  readonly override: boolean;
  /** Whether all of it is taken back at the end: to see what would happen. */
  readonly dryRun: boolean;
  readonly event: AuditEvent<'secret.import'>;
}

export interface ImportOutcome {
  /** The rows whose key is there already. */
  readonly colliding: readonly ImportedRow[];
  /** By the index of the row. Where there are any, nothing was imported. */
  readonly errors: ReadonlyMap<number, RowErrors>;
}

/**
 * The port to many secrets at once, of many tenants: all of them or none, in one transaction with an event for each and
 * one for the import.
 */
export abstract class ImportedSecretsRepository {
  /**
   * The importer's rights of the beginning must still hold at the end.
   * @throws Unavailable when the database cannot be reached, or others changed the same secrets meanwhile
   */
  abstract importAll(importer: Importer, order: ImportOrder, rules: ImportRules): Promise<ImportOutcome>;
  /** Records an import that was refused before it began. */
  abstract record(importer: Importer, event: AuditEvent<'secret.import'>): Promise<void>;
  /** The ids of living users of these names, by the name in lower case. */
  abstract users(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
