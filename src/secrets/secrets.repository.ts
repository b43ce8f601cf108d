import type { JsonText } from '../api/json/json-text.js';
import type { Conditions } from '../api/conditions/conditions.js';
import type { AuditEvent } from '../audit/audit-event.js';
import type { Refusal } from '../audit/refusal.js';
import type { TenantContext } from '../common/tenant-context.js';
import type { SealedValue } from '../crypto/sealed-value.js';
import type { ListOptions, SecretPage } from './list/list-options.js';
import type { SecretAttributes, StoredSecret, VisibleSecret } from './secret.js';

export interface NewSecret {
  readonly id: string;
  readonly key: string;
  readonly attributes: SecretAttributes;
  readonly value: SealedValue;
  readonly schema: JsonText | null;
  readonly providerOptions: SealedValue | null;
}

/** Tells that the tenant has no secret of that key; `foreign` if there is a global one of another tenant. */
export type Missing = { readonly kind: 'absent' } | { readonly kind: 'foreign' };
export type ReadOutcome =
  FoundSecret | { readonly kind: 'absent' } | { readonly kind: 'expired'; readonly expiresAt: Date };

/** Says in which case a read gives a secret. */
export interface ReadConditions extends Conditions {
  /** True if the read is refused where the value is hidden from the caller. */
  readonly needsValue?: boolean;
  /** Names the place that the secret is to be copied to; if the key is taken there, that is a conflict, and the secret is not given. */
  readonly copiedTo?: { readonly tenantId: string; readonly key: string };
}

/** Holds a secret that was read, and whether it meets the conditions of the read. */
interface FoundSecret {
  readonly kind: 'found' | 'conflict' | 'forbidden' | 'not_modified' | 'precondition_failed';
  readonly secret: VisibleSecret;
  /** True if a part of the secret is hidden from the caller. */
  readonly isMasked: boolean;
}

export type CreateOutcome = { readonly kind: 'created'; readonly secret: StoredSecret } | UpdateOutcome;
export type UpdateOutcome =
  | { readonly kind: 'changed'; readonly secret: StoredSecret; readonly trashed?: Trashed | undefined }
  | { readonly kind: 'exists' }
  | Missing
  | Refusal;

/** Tells when a secret was moved to the trash, and for how many days its tenant has set to keep it there. */
export interface Trashed {
  readonly deletedAt: Date;
  /** Null for the default of the installation. */
  readonly trashDays: number | null;
}

/** Says what is to change of a secret; what is left out stays. */
export interface SecretUpdate {
  readonly kind: 'update';
  readonly attributes?: Partial<SecretAttributes>;
  readonly value?: SealedValue | undefined;
  readonly owner?: NewOwner | undefined;
  /** Null takes them away. */
  readonly providerOptions?: SealedValue | null | undefined;
  /** The key that the secret moves to. The value is then the present one, sealed for that key. */
  readonly newKey?: string | undefined;
}

export interface NewOwner {
  readonly id: string;
  readonly name: string;
}

/** Finds a user by name. */
type FindUser = (username: string) => Promise<NewOwner | undefined>;

/**
 * Decides what becomes of a secret. It is done only to the secret that was decided about, for an owner who is still
 * there: where either has changed meanwhile the decision is made anew. What it throws leaves the secret as it is.
 */
export type Decide = (current: StoredSecret, findUser: FindUser) => Promise<SecretUpdate | Refusal>;

/** Describes a change beside its decision. */
export interface ChangeOptions {
  /** True if any other state than the one that was looked up is refused, so that nobody who is overtaken tries for long. */
  readonly isConditional?: boolean;
}

/** Says what becomes of a secret that is there already when one of its key is to be created. */
export interface Existing {
  readonly decide: Decide;
  /** Records what becomes of it. */
  readonly event: AuditEvent;
}

/**
 * Decides whether a secret, or a version of it, may be deleted; it is asked again where the secret was changed
 * meanwhile. What it throws leaves all in place.
 */
export type DecideDeletion = (current: StoredSecret) => Promise<Refusal | undefined>;

/**
 * Stores the secrets of a tenant: a port. Every method takes the tenant first and commits the event that it is given in
 * the transaction of the act; the event's outcome, version and revision are set to what happened ('ok', 'not_found',
 * 'conflict', or a refusal's own).
 *
 * A refusal is an outcome, never an exception, so that its event is kept.
 * @throws Unavailable when the database cannot be reached or does not say whether it committed
 */
export abstract class SecretsRepository {
  /**
   * Looks up, compares, records and answers in one call. Calls of the same turn of the event loop may travel together.
   * @param conditions compare tags as `stateTag` makes them; those of `ifNoneMatch` may end in `.masked`
   */
  abstract read(
    tenant: TenantContext,
    key: string,
    event: AuditEvent,
    conditions?: ReadConditions,
  ): Promise<ReadOutcome>;
  /** Returns the name of a user, deleted or not. */
  abstract nameOfUser(id: string): Promise<string | undefined>;
  /**
   * Lists what the caller sees in the tenant, global secrets of others included; no values. A list of all tenants has
   * what the caller sees in each of those where the caller may list, and is recorded in each of their logs.
   */
  abstract list(tenant: TenantContext, options: ListOptions, event: AuditEvent): Promise<SecretPage>;
  /** Records an act that is refused before any secret is looked at. */
  abstract recordRefusal(tenant: TenantContext, event: AuditEvent, refusal: Refusal): Promise<void>;
  /** @param existing says what becomes of the tenant's secret of that key; without it, that is a conflict */
  abstract create(
    tenant: TenantContext,
    secret: NewSecret,
    event: AuditEvent,
    existing?: Existing,
  ): Promise<CreateOutcome>;
  abstract update(
    tenant: TenantContext,
    key: string,
    decide: Decide,
    event: AuditEvent,
    options?: ChangeOptions,
  ): Promise<UpdateOutcome>;
  /** Destroys a version of the secret, which itself stays as it is. The event names the version. */
  abstract destroyVersion(
    tenant: TenantContext,
    named: { readonly key: string; readonly version: number },
    decide: DecideDeletion,
    event: AuditEvent,
    options?: ChangeOptions,
  ): Promise<UpdateOutcome>;
  /** Moves the secret to the trash, and returns what it was and when it was moved, if that is known. */
  abstract delete(
    tenant: TenantContext,
    key: string,
    decide: DecideDeletion,
    event: AuditEvent,
    options?: ChangeOptions,
  ): Promise<UpdateOutcome>;
}

/** Stores what a creation decides on; a part of `SecretsRepository`. */
export type SecretCreations = Pick<SecretsRepository, 'create' | 'update' | 'recordRefusal'>;
