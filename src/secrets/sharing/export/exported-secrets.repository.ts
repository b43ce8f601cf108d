import type { AuditEvent } from '../../../audit/audit-event.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import type { StoredSecret } from '../../secret.js';
import type { ExportOptions } from './export-options.js';

/** Says which part of a tenant's secrets is read. */
export interface BatchQuestion {
  readonly options: ExportOptions;
  /** The last key of the batch before; undefined for the first. */
  readonly after: string | undefined;
  /** The event of the export. It is committed with the first batch, which has it in `began`. */
  readonly event: AuditEvent<'secret.export'>;
  readonly began: boolean;
}

export type ExportAction = 'secret.export' | 'secret.export_head';

/**
 * Reads what a tenant exports: its own secrets whose value the caller may see, but for those that have expired. Global ones
 * of other tenants are their owners' to export.
 * @throws Unavailable when the database cannot be reached
 * @throws Forbidden where the caller's right has ended, at whichever batch
 */
export abstract class ExportedSecretsRepository {
  /** Reads the next secrets in the order of their keys: a bounded number, of bounded size. Empty after the last. */
  abstract batch(tenant: TenantContext, question: BatchQuestion): Promise<readonly StoredSecret[]>;
  /** Records how an export went on, or that it was only asked about. */
  abstract record(tenant: TenantContext, event: AuditEvent<ExportAction>): Promise<void>;
}
