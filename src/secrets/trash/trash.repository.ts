import type { AuditEvent } from '../../audit/audit-event.js';
import type { Refusal } from '../../audit/refusal.js';
import type { TenantContext } from '../../common/tenant-context.js';
import type { Page } from '../../database/page-request.js';
import type { TrashedSecret } from '../secret.js';
import type { TrashListOptions } from './trash-columns.js';

/**
 * Tells what became of a secret in the trash: it was restored or purged; it is not there; its key is taken in the
 * tenant; it is global and another tenant has the key, or it is not and another tenant has a global one.
 */
export type TrashOutcome =
  | { readonly kind: 'done'; readonly secret: TrashedSecret }
  | { readonly kind: 'absent' }
  | { readonly kind: 'taken' | 'elsewhere'; readonly secret: TrashedSecret }
  | Refusal;

/** Decides whether a secret leaves the trash; it is asked again if the secret was changed in the meantime. */
export type DecideTrashed = (current: TrashedSecret) => Promise<Refusal | undefined>;

/**
 * Stores the trash of a tenant: a port. Every method takes the tenant first, and commits the event that it is given in the
 * transaction of the act; a refusal is an outcome, as in `SecretsRepository`. No method returns a value.
 * @throws Busy, Unavailable as `SecretsRepository` does
 */
export abstract class TrashRepository {
  /** Lists what the caller sees in the trash of the tenant, what was deleted last first unless sorted otherwise. */
  abstract list(
    tenant: TenantContext,
    options: TrashListOptions,
    event: AuditEvent,
  ): Promise<Page<TrashedSecret>>;
  /**
   * Restores a secret, and returns it as it is now. The caller becomes the owner of what a deleted user owned.
   * @throws Forbidden if the tenant was deleted in the meantime, and Unauthorized if the caller was
   */
  abstract restore(
    tenant: TenantContext,
    id: string,
    decide: DecideTrashed,
    event: AuditEvent,
  ): Promise<TrashOutcome>;
  /** Destroys a secret, and returns what it was. */
  abstract purge(
    tenant: TenantContext,
    id: string,
    decide: DecideTrashed,
    event: AuditEvent,
  ): Promise<TrashOutcome>;
}
