import type { AuditAction } from '../../audit/actions.js';
import type { AuditOutcome } from '../../audit/outcomes.js';
import type { AuditCursor } from './audit-cursor.js';

/** Says what is demanded of events. */
export interface AuditConditions {
  readonly actor: { readonly id: string } | { readonly name: string } | undefined;
  readonly key: string | undefined;
  readonly actions: readonly AuditAction[] | undefined;
  readonly outcomes: readonly AuditOutcome[] | undefined;
  /** The time of the first event that may be read. */
  readonly from: string | undefined;
  /** The time before which the last event was written. */
  readonly until: string | undefined;
}

/** Says which events of a log are read, and in which order. */
export interface AuditFilter extends AuditConditions {
  readonly after: AuditCursor | undefined;
  readonly descending: boolean;
  readonly size: number;
}

/** Says which logs are read by someone who may read all of them. */
export interface AuditLogs {
  readonly log: 'all' | 'system' | 'tenant';
  /** The name of the tenant, if only its log is read. */
  readonly tenant: string | undefined;
}

/** Holds a page of events. */
export interface AuditPage {
  /** The events as they were recorded, as the text of a JSON array. */
  readonly items: string;
  /** Names the place where the next page begins; undefined on the last page. */
  readonly next: AuditCursor | undefined;
}
