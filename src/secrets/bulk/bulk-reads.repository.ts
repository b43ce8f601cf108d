import type { AuditEvent } from '../../audit/audit-event.js';
import type { TenantContext } from '../../common/tenant-context.js';
import type { Labels } from '../labels/labels.js';
import type { VisibleSecret } from '../secret.js';

/**
 * Says which secrets are read: given keys, in their order, or those that begin with a prefix or have all of some labels, in
 * the order of keys.
 */
export type BulkSelection =
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  | ({ readonly kind: 'prefix'; readonly prefix: string } & Page)
  | ({ readonly kind: 'labels'; readonly labels: Labels } & Page);

interface Page {
  /** The last key of the page before; empty for the first page. */
  readonly after: string;
}

export interface BulkQuestion {
  readonly selection: BulkSelection;
  /** The largest number of secrets that are read. */
  readonly size: number;
  /** True if all secrets are to be given or none. */
  readonly whole: boolean;
  /** Records that keys were looked for; undefined where they were given. */
  readonly listing: AuditEvent<'secret.list'> | undefined;
}

/**
 * Names what came of one read; `hidden` means that the caller sees the secret without its value, `expired` that nobody
 * gets it any more.
 */
export type BulkOutcome = 'ok' | 'hidden' | 'expired' | 'not_found';

export interface BulkRow {
  readonly key: string;
  readonly outcome: BulkOutcome;
  /** True if a part of the secret is hidden from the caller. */
  readonly isMasked: boolean;
  /** Undefined if there is none, or if nothing is given because not all can be. */
  readonly secret: VisibleSecret | undefined;
}

export interface BulkRows {
  readonly rows: readonly BulkRow[];
  /** True if more is selected than fits into one answer. Where all is to be given or none, nothing was read then. */
  readonly hasMore: boolean;
}

/**
 * Reads many secrets of a tenant, and global ones, in one statement that records each read: a port.
 * @throws Busy, Unavailable as `SecretsRepository.read` does
 */
export abstract class BulkReadsRepository {
  abstract read(tenant: TenantContext, question: BulkQuestion): Promise<BulkRows>;
  /** Returns the keys that a selection has, up to `size`, without recording it. */
  abstract keys(
    tenant: TenantContext,
    selection: BulkSelection,
    size: number,
  ): Promise<{ readonly keys: readonly string[]; readonly hasMore: boolean }>;
  /** Records an act in which no secret was read. */
  abstract record(tenant: TenantContext, event: AuditEvent): Promise<void>;
}
