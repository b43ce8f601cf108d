import type { Conditions } from '../../api/conditions/conditions.js';
import type { AuditEvent } from '../../audit/audit-event.js';
import type { TenantContext } from '../../common/tenant-context.js';
import type { Page } from '../../database/page-request.js';
import type { StoredSettings } from '../../tenants/tenant-settings.js';
import type { VisibleSecret } from '../secret.js';
import type { SecretVersion, VersionChoice } from './secret-version.js';

/**
 * Tells that the caller sees no such secret (`absent`), no such version of it (`no_version`), or that the secret is a
 * global one of another tenant, for which its versions are (`foreign`).
 */
export type UnseenVersion = { readonly kind: 'absent' | 'no_version' | 'foreign' };

/** Holds a secret with the number and the value of a version, or says why not. */
export type VersionOutcome =
  | {
      readonly kind: 'found' | 'not_modified' | 'precondition_failed';
      readonly secret: VisibleSecret;
      /** True if the value is hidden from the caller. */
      readonly isMasked: boolean;
    }
  | { readonly kind: 'expired'; readonly expiresAt: Date }
  | { readonly kind: 'destroyed'; readonly at: Date }
  | UnseenVersion;

export type VersionListOutcome = ({ readonly kind: 'found' } & Page<SecretVersion>) | UnseenVersion;

/** Names a part of a list. */
export interface Part {
  readonly size: number;
  readonly offset: number;
}

/**
 * Stores the versions of secrets: a port. Methods that are given an event commit it in the transaction of the act, with
 * what happened as its outcome.
 * @throws Busy, Unavailable when the database is busy or cannot be reached
 */
export abstract class SecretVersionsRepository {
  /** @param conditions are those that `SecretsRepository.read` takes */
  abstract read(
    tenant: TenantContext,
    key: string,
    choice: VersionChoice,
    event: AuditEvent,
    conditions: Conditions,
  ): Promise<VersionOutcome>;
  /** Looks a version up for a change, which is recorded itself. */
  abstract find(tenant: TenantContext, key: string, version: number): Promise<VersionOutcome>;
  /** Lists the versions that the caller sees, the newest first, with the current one. */
  abstract list(
    tenant: TenantContext,
    key: string,
    part: Part,
    event: AuditEvent,
  ): Promise<VersionListOutcome>;
  /** Returns the settings of the tenant, which limit how many versions are kept. */
  abstract settings(tenant: TenantContext): Promise<StoredSettings>;
}
