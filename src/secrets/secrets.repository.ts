import type { AuditEvent } from '../audit/audit-event.js';
import type { TenantContext } from '../common/tenant-context.js';
import type { SealedValue } from '../crypto/sealed-value.js';
import type { SecretDescription, StoredSecret } from './stored-secret.js';

export interface NewSecret {
  readonly id: string;
  readonly key: string;
  readonly value: SealedValue;
}

export interface Page {
  readonly size: number;
  readonly offset: number;
}

export interface SecretPage {
  readonly items: readonly SecretDescription[];
  readonly total: number;
}

export type ReadOutcome =
  { readonly kind: 'found'; readonly secret: StoredSecret } | { readonly kind: 'absent' };
export type CreateOutcome =
  { readonly kind: 'created'; readonly secret: StoredSecret } | { readonly kind: 'exists' };

/** Decides, with the row locked, what the next value is; nothing when the value stays as it is. */
export type NextValue = (current: StoredSecret) => Promise<SealedValue | undefined>;

/** Looks at a secret, with its row locked, before it is deleted; what it throws leaves the secret in place. */
export type BeforeDelete = (current: StoredSecret) => Promise<void>;

/**
 * The port to the secrets of a tenant. Every method takes the tenant first and commits the event that it is given in
 * the transaction of the act: its outcome and version are set to what happened ('ok', 'not_found', 'conflict').
 *
 * A refusal is an outcome, never an exception, so that its event is kept.
 * @throws Unavailable when the database cannot be reached or does not say whether it committed
 */
export abstract class SecretsRepository {
  /** One call for look-up, event and answer. Calls of the same turn of the event loop may travel together. */
  abstract read(tenant: TenantContext, key: string, event: AuditEvent): Promise<ReadOutcome>;
  /** The secrets of the tenant by creation, then by key; never with values. */
  abstract list(tenant: TenantContext, page: Page, event: AuditEvent): Promise<SecretPage>;
  abstract create(tenant: TenantContext, secret: NewSecret, event: AuditEvent): Promise<CreateOutcome>;
  abstract update(
    tenant: TenantContext,
    key: string,
    next: NextValue,
    event: AuditEvent,
  ): Promise<ReadOutcome>;
  /** Erases the secret and gives what it was. */
  abstract delete(
    tenant: TenantContext,
    key: string,
    before: BeforeDelete,
    event: AuditEvent,
  ): Promise<ReadOutcome>;
}
