import { Inject, Injectable } from '@nestjs/common';
import type { Conditions } from '../../api/conditions/conditions.js';
import { JsonText } from '../../api/json/json-text.js';
import { newEvent } from '../../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../../audit/audit-writer.js';
import { Refusal } from '../../audit/refusal.js';
import { RefusedCallers } from '../../tenant-scope/refused-callers.js';
import type { DomainError } from '../../common/domain-error.js';
import type { Caller, TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import { CreateSecret } from '../create-secret.js';
import { SecretExpired } from '../expiry/secret-expiry.js';
import { existsAlready, secretExists, secretNotFound } from '../secret-errors.js';
import type { CreateSecretInput } from '../secret-input.js';
import { SecretPreconditions } from '../secret-preconditions.js';
import { SecretSealer } from '../secret-sealer.js';
import { readConditions } from '../secret-tag.js';
import { attributesOf, type OpenedSecret, type VisibleSecret } from '../secret.js';
import { SecretsRepository, type Decide } from '../secrets.repository.js';
import { hiddenFromCopier, newKeyOnly, nothingNew } from './copy-errors.js';
import { CopyTargets } from './copy-targets.js';

/** Says where a copy goes; what is left out stays. */
export interface CopyInput {
  readonly tenantName?: string | undefined;
  readonly newKey?: string | undefined;
}

/** Holds a copy, and the tenant that it is in. */
export interface SecretCopy {
  readonly target: TenantContext;
  readonly secret: OpenedSecret;
}

/** Copies secrets: reads one as its caller may, and creates another from what was read. */
@Injectable()
export class CopySecret {
  constructor(
    @Inject(SecretsRepository) private readonly secrets: SecretsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
    @Inject(SecretPreconditions) private readonly preconditions: SecretPreconditions,
    @Inject(CreateSecret) private readonly creation: CreateSecret,
    @Inject(CopyTargets) private readonly targets: CopyTargets,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(RefusedCallers) private readonly callers: RefusedCallers,
  ) {}

  /**
   * Copies a secret to another key, another tenant or both. The event of the reading is committed before the value is
   * opened, in the log of the secret's tenant; that of the creation stands in the log of the target.
   * @param conditions of the secret; `If-None-Match: *` is of the new key
   * @throws Forbidden, NotFound, Conflict, BadParameters, TooLarge, PreconditionFailed
   */
  async run(
    tenant: TenantContext,
    key: string,
    input: CopyInput,
    { ifMatch, ifNoneMatch }: Conditions,
  ): Promise<SecretCopy> {
    const { tenantName = tenant.tenantName, newKey = key } = input;
    if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw newKeyOnly();
    if (tenantName === tenant.tenantName && newKey === key) throw nothingNew();
    const target = await this.targetOf(tenant, tenantName, [key, newKey]);
    const source = await this.read(tenant, key, { ifMatch }, { target, newKey });
    if (source === undefined) throw await this.refuseTaken(target, newKey, ifNoneMatch);
    const content = await this.contentOf(tenant, key, source);
    const isWithin = source.tenantId === target.tenantId;
    const event = newEvent('secret.copy', tenant.caller, {
      key: newKey,
      detail: { source_secret: source.id, ...(!isWithin && { source_tenant: source.tenantId }) },
    });
    return { target, secret: await this.creation.run(target, newKey, content, { ifNoneMatch }, event) };
  }

  /**
   * Returns the caller's context in the tenant of the copy.
   * @throws Forbidden, which is the same where the caller may not create and where there is no such tenant
   */
  private async targetOf(
    tenant: TenantContext,
    tenantName: string,
    keys: readonly [key: string, newKey: string],
  ): Promise<TenantContext> {
    const isOwn = tenantName === tenant.tenantName;
    const found = isOwn ? tenant : await this.targets.find(tenant, tenantName);
    if (found?.permissions.has('secret_create') !== true) {
      await this.recordRefusal(tenant, keys, found?.tenantId);
      throw tenantRefused('secret_create', tenantName);
    }
    const { userId, username, caller } = tenant;
    return isOwn ? tenant : Object.freeze({ ...found, tenantName, userId, username, caller });
  }

  /** Records a refusal in the logs of both tenants, or in the system's where there is no target. */
  private async recordRefusal(
    tenant: TenantContext,
    [key, newKey]: readonly [string, string],
    targetId = SYSTEM_LOG,
  ): Promise<void> {
    const record = (logId: string, caller: Caller, ofKey: string): Promise<void> =>
      this.audit.record(logId, newEvent('secret.copy', caller, { key: ofKey, outcome: 'forbidden' }));
    const records = [record(tenant.tenantId, tenant.caller, key)];
    if (targetId !== tenant.tenantId)
      records.push(record(targetId, await this.callers.shownIn(targetId, tenant), newKey));
    await Promise.all(records);
  }

  /** Returns the secret that is copied; undefined if the new key is taken. */
  private async read(
    tenant: TenantContext,
    key: string,
    conditions: Conditions,
    { target, newKey }: { readonly target: TenantContext; readonly newKey: string },
  ): Promise<VisibleSecret | undefined> {
    const isWithin = target.tenantId === tenant.tenantId;
    const detail = isWithin ? null : { target_tenant: target.tenantId };
    const event = newEvent('secret.copy', tenant.caller, { key, detail });
    const copiedTo = { tenantId: target.tenantId, key: newKey };
    const demands = { ...readConditions(conditions, false), needsValue: true, copiedTo };
    const outcome = await this.secrets.read(tenant, key, event, demands);
    if (outcome.kind === 'conflict') return undefined;
    if (outcome.kind === 'absent') throw secretNotFound(key);
    if (outcome.kind === 'expired') throw new SecretExpired(key, outcome.expiresAt);
    if (outcome.kind === 'forbidden') throw hiddenFromCopier(key);
    if (outcome.kind === 'precondition_failed')
      throw await this.preconditions.failure(tenant, outcome.secret);
    return outcome.secret;
  }

  /** Records in the log of the target that the new key is taken, and returns the error that says so. */
  private async refuseTaken(
    target: TenantContext,
    newKey: string,
    ifNoneMatch: Conditions['ifNoneMatch'],
  ): Promise<DomainError> {
    const createsOnly = ifNoneMatch === '*';
    const event = newEvent('secret.copy', target.caller, { key: newKey });
    const refuse: Decide = (current) =>
      createsOnly
        ? this.preconditions.taken(target, current)
        : Promise.resolve(new Refusal('conflict', secretExists(newKey)));
    const outcome = await this.secrets.update(target, newKey, refuse, event);
    if (outcome.kind === 'refused') return outcome.error;
    return createsOnly ? existsAlready(newKey) : secretExists(newKey);
  }

  /** Returns what a copy has of a secret: all that the caller sees of it. It is never global. */
  private async contentOf(
    tenant: TenantContext,
    key: string,
    secret: VisibleSecret,
  ): Promise<CreateSecretInput> {
    const value = await this.sealer.openValue(tenant, key, secret);
    if (value === undefined) throw new Error('A read that needs the value gave none');
    const options = await this.sealer.openOptions(tenant, key, secret);
    const { visibility } = secret;
    return {
      value,
      schema: secret.schema ?? undefined,
      attributes: {
        ...attributesOf(secret),
        visibility: visibility === 'global' ? 'tenant' : visibility,
        // The tenant of the copy decides how many versions it keeps.
        maxVersions: null,
      },
      providerOptions: options === null ? undefined : new JsonText(options),
    };
  }
}
