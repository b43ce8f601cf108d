import { Inject, Injectable } from '@nestjs/common';
import type { Conditions } from '../../api/conditions/conditions.js';
import { formatTime } from '../../api/time-format.js';
import { newEvent, type AuditEvent } from '../../audit/audit-event.js';
import { Refusal } from '../../audit/refusal.js';
import type { DomainError } from '../../common/domain-error.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import type { Page } from '../../database/page-request.js';
import { changedSecret, shown } from '../changed-secret.js';
import { SecretExpired } from '../expiry/secret-expiry.js';
import { secretNotFound } from '../secret-errors.js';
import { SecretPreconditions } from '../secret-preconditions.js';
import { SecretSealer } from '../secret-sealer.js';
import { answerTag, readConditions } from '../secret-tag.js';
import type { OpenedSecret } from '../secret.js';
import { SecretsRepository, type DecideDeletion } from '../secrets.repository.js';
import type { ReadSecret } from '../secrets.service.js';
import { refusalOfTouch } from '../update-secret.js';
import { RestoreVersion } from './restore-version.js';
import type { SecretVersion, VersionChoice } from './secret-version.js';
import { SecretVersionsRepository, type Part, type UnseenVersion } from './secret-versions.repository.js';
import { currentVersion, versionDestroyed, versionNotFound, versionsOfOthers } from './version-errors.js';

interface ReadOptions {
  /** Leaves the value shut. */
  readonly skipValue: boolean;
  readonly conditions: Conditions;
}

/** Applies the rules of the versions of a tenant's secrets. Each method commits its event before it answers. */
@Injectable()
export class SecretVersionsService {
  constructor(
    @Inject(SecretsRepository) private readonly secrets: SecretsRepository,
    @Inject(SecretVersionsRepository) private readonly versions: SecretVersionsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
    @Inject(SecretPreconditions) private readonly preconditions: SecretPreconditions,
    @Inject(RestoreVersion) private readonly restoring: RestoreVersion,
  ) {}

  /**
   * Reads a secret of the tenant with the value of one of its versions.
   * @throws NotFound, Forbidden, VersionDestroyed, PreconditionFailed
   */
  async read(
    tenant: TenantContext,
    key: string,
    choice: VersionChoice,
    { skipValue, conditions }: ReadOptions,
  ): Promise<ReadSecret> {
    const event = newEvent('secret.read', tenant.caller, {
      key,
      version: 'version' in choice ? choice.version : null,
      detail: detailOf(choice, skipValue),
    });
    if (!tenant.permissions.has('secret_version_get')) {
      const refusal = new Refusal('forbidden', tenantRefused('secret_version_get', tenant.tenantName));
      await this.secrets.recordRefusal(tenant, event, refusal);
      throw refusal.error;
    }
    const outcome = await this.versions.read(
      tenant,
      key,
      choice,
      event,
      readConditions(conditions, skipValue),
    );
    if (outcome.kind === 'expired') throw new SecretExpired(key, outcome.expiresAt);
    if (outcome.kind === 'destroyed') throw versionDestroyed(key, choice, outcome.at);
    if (!('secret' in outcome)) throw unseen(key, outcome, versionNotFound(key, choice));
    const { kind, secret, isMasked } = outcome;
    const tag = answerTag(secret, { isMasked, isSkipped: skipValue });
    if (kind === 'precondition_failed') throw await this.preconditions.failure(tenant, secret, tag);
    if (kind === 'not_modified') return { tag, secret: undefined };
    const value = skipValue ? undefined : await this.sealer.openValue(tenant, key, secret);
    return { tag, secret: { ...secret, value, providerOptions: null } };
  }

  /**
   * Lists the versions that the caller sees, the newest first, without values.
   * @throws NotFound, Forbidden
   */
  async list(tenant: TenantContext, key: string, part: Part): Promise<Page<SecretVersion>> {
    const event = newEvent('secret.version_list', tenant.caller, { key });
    const outcome = await this.versions.list(tenant, key, part, event);
    if (outcome.kind !== 'found') throw unseen(key, outcome, secretNotFound(key));
    return outcome;
  }

  /**
   * Gives a secret the value of a version again, as a new version.
   * @throws NotFound, Forbidden, Conflict, VersionDestroyed, IllegalAction, TooLarge
   * @throws PreconditionFailed, PreconditionRequired
   */
  async restore(
    tenant: TenantContext,
    key: string,
    version: number,
    conditions: Conditions,
  ): Promise<OpenedSecret> {
    const { decide, value } = this.restoring.of(tenant, key, version, conditions);
    const detail = { restored_version: String(version) };
    const event = newEvent('secret.version_restore', tenant.caller, { key, detail });
    const outcome = await this.secrets.update(tenant, key, decide, event, {
      isConditional: conditions.ifMatch !== undefined,
    });
    return shown(changedSecret(key, outcome, conditions), value());
  }

  /**
   * Erases the value of a version; that there was one stays known.
   * @throws NotFound, Forbidden, Conflict, VersionDestroyed, IllegalAction, PreconditionFailed, PreconditionRequired
   */
  async destroy(tenant: TenantContext, key: string, version: number, conditions: Conditions): Promise<void> {
    const decide: DecideDeletion = async (current) => {
      const byRights = refusalOfTouch(tenant, current);
      return (
        (await this.preconditions.refusal(tenant, current, conditions, byRights)) ??
        (version === current.version
          ? new Refusal('conflict', currentVersion(key, version))
          : this.refusalOfVersion(tenant, key, version))
      );
    };
    const event = newEvent('secret.version_destroy', tenant.caller, { key, version });
    const outcome = await this.secrets.destroyVersion(tenant, { key, version }, decide, event, {
      isConditional: conditions.ifMatch !== undefined,
    });
    changedSecret(key, outcome, conditions);
  }

  /** Returns why a version that is not the current one cannot be destroyed, if so. */
  private async refusalOfVersion(
    tenant: TenantContext,
    key: string,
    version: number,
  ): Promise<Refusal | undefined> {
    const found = await this.versions.find(tenant, key, version);
    if (found.kind === 'destroyed') return new Refusal('gone', versionDestroyed(key, { version }, found.at));
    return 'secret' in found ? undefined : new Refusal('not_found', versionNotFound(key, { version }));
  }
}

function detailOf(choice: VersionChoice, skipValue: boolean): AuditEvent<'secret.read'>['detail'] {
  const detail = {
    ...('at' in choice && { at: formatTime(choice.at) }),
    ...(skipValue && { without_value: 'skipped' }),
  };
  return Object.keys(detail).length === 0 ? null : detail;
}

function unseen(key: string, { kind }: UnseenVersion, otherwise: DomainError): DomainError {
  if (kind === 'foreign') return versionsOfOthers(key);
  return kind === 'absent' ? secretNotFound(key) : otherwise;
}
