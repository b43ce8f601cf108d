import { Inject, Injectable } from '@nestjs/common';
import type { Conditions } from '../api/conditions/conditions.js';
import { newEvent } from '../audit/audit-event.js';
import type { TenantContext } from '../common/tenant-context.js';
import type { SecretValue } from '../crypto/secret-value.js';
import { changedSecret, shown } from './changed-secret.js';
import { CreateSecret } from './create-secret.js';
import { SecretExpired } from './expiry/secret-expiry.js';
import { SettleExpiry } from './expiry/settle-expiry.js';
import type { ListOptions, SecretPage } from './list/list-options.js';
import { secretNotFound } from './secret-errors.js';
import { shareOf } from './share-of.js';
import type { CreateSecretInput, UpdateSecretInput } from './secret-input.js';
import { SecretPreconditions } from './secret-preconditions.js';
import { SecretSealer } from './secret-sealer.js';
import { answerTag, readConditions } from './secret-tag.js';
import type { OpenedSecret, VisibleSecret } from './secret.js';
import { SecretsRepository, type DecideDeletion } from './secrets.repository.js';
import { refusalOfTouch, UpdateSecret } from './update-secret.js';
import { TrashDays } from '../tenants/trash-days.js';
import { CheckedValue } from './value-schema/checked-value.js';
import { SchemaValidator } from './value-schema/schema-validator.js';

/** Holds a secret that was read. */
export interface ReadSecret {
  /** The text of the answer's tag. */
  readonly tag: string;
  /** Undefined if the caller has the present state already. */
  readonly secret: OpenedSecret | undefined;
}

/** Holds a secret that was deleted. */
export interface DeletedSecret {
  readonly secret: OpenedSecret;
  /** The time until which it can be restored; undefined if it has left the trash already. */
  readonly keptUntil: Date | undefined;
}

interface ReadOptions {
  /** Leaves the value shut. */
  readonly skipValue?: boolean;
  readonly conditions?: Conditions;
}

const UNCONDITIONAL: Conditions = {};

const WITHOUT_VALUE = { without_value: 'skipped' } as const;

/** Applies the rules of a tenant's secrets. Each method commits its event before it answers. */
@Injectable()
export class SecretsService {
  constructor(
    @Inject(SecretsRepository) private readonly secrets: SecretsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
    @Inject(CreateSecret) private readonly creation: CreateSecret,
    @Inject(UpdateSecret) private readonly updates: UpdateSecret,
    @Inject(SecretPreconditions) private readonly preconditions: SecretPreconditions,
    @Inject(SchemaValidator) private readonly validator: SchemaValidator,
    @Inject(TrashDays) private readonly trashDays: TrashDays,
    @Inject(SettleExpiry) private readonly expiry: SettleExpiry,
  ) {}

  /**
   * Reads one secret of the tenant, or a global one. The event of the read is committed before the value is opened.
   * @throws NotFound, SecretExpired, PreconditionFailed
   */
  async read(tenant: TenantContext, key: string, options: ReadOptions = {}): Promise<ReadSecret> {
    const { skipValue = false, conditions = UNCONDITIONAL } = options;
    const detail = skipValue ? WITHOUT_VALUE : null;
    const event = newEvent('secret.read', tenant.caller, { key, detail });
    const outcome = await this.secrets.read(tenant, key, event, readConditions(conditions, skipValue));
    if (outcome.kind === 'absent') throw secretNotFound(key);
    if (outcome.kind === 'expired') throw new SecretExpired(key, outcome.expiresAt);
    const { kind, secret, isMasked } = outcome;
    const tag = answerTag(secret, { isMasked, isSkipped: skipValue });
    if (kind === 'precondition_failed') throw await this.preconditions.failure(tenant, secret, tag);
    return { tag, secret: kind === 'found' ? await this.opened(tenant, key, secret, skipValue) : undefined };
  }

  /** Lists what the caller sees, without values. */
  list(tenant: TenantContext, options: ListOptions): Promise<SecretPage> {
    const event = newEvent('secret.list', tenant.caller, {
      detail: options.allTenants ? { all_tenants: 'true', reader_tenant: tenant.tenantId } : null,
    });
    return this.secrets.list(tenant, options, event);
  }

  /**
   * Creates a secret, or updates an existing one if the input says so and the conditions allow it.
   * @throws Conflict, Forbidden, NotFound, BadParameters, TooLarge, as clients know them
   * @throws PreconditionFailed, PreconditionRequired
   */
  create(
    tenant: TenantContext,
    key: string,
    input: CreateSecretInput,
    conditions = UNCONDITIONAL,
  ): Promise<OpenedSecret> {
    return this.creation.run(tenant, key, input, conditions);
  }

  /**
   * @throws Conflict, Forbidden, NotFound, BadParameters, IllegalAction, TooLarge, as clients know them
   * @throws PreconditionFailed, PreconditionRequired
   */
  async update(
    tenant: TenantContext,
    key: string,
    input: UpdateSecretInput,
    conditions = UNCONDITIONAL,
  ): Promise<OpenedSecret> {
    if (input.value !== undefined) this.sealer.requireSize('The value', input.value.text);
    const checked = new CheckedValue(this.validator, shareOf(tenant), input.value);
    const attributes = await this.expiry.of(tenant, input);
    const update = this.updates.of(tenant, key, { ...input, attributes, conditions }, checked);
    const event = newEvent('secret.update', tenant.caller, { key });
    const outcome = await this.secrets.update(tenant, key, update.decide, event, {
      isConditional: conditions.ifMatch !== undefined,
    });
    return shown(changedSecret(key, outcome, conditions), update.value());
  }

  /**
   * Moves the secret to the trash and returns it, without its value if it has expired. A secret whose value cannot be
   * decrypted is kept for the operator to examine.
   * @throws Forbidden, NotFound, IllegalAction, PreconditionFailed, PreconditionRequired
   */
  async delete(tenant: TenantContext, key: string, conditions = UNCONDITIONAL): Promise<DeletedSecret> {
    let value: SecretValue | undefined;
    const decide: DecideDeletion = async (current) => {
      const byRights = refusalOfTouch(tenant, current);
      const refusal = await this.preconditions.refusal(tenant, current, conditions, byRights);
      if (refusal !== undefined) return refusal;
      const opened = await this.sealer.openValue(tenant, key, current);
      value = current.isExpired ? undefined : opened;
      return undefined;
    };
    const event = newEvent('secret.delete', tenant.caller, { key });
    const outcome = await this.secrets.delete(tenant, key, decide, event, {
      isConditional: conditions.ifMatch !== undefined,
    });
    const secret = shown(changedSecret(key, outcome, conditions), value);
    const trashed = outcome.kind === 'changed' ? outcome.trashed : undefined;
    return { secret, keptUntil: trashed && this.trashDays.endOf(trashed.deletedAt, trashed.trashDays) };
  }

  private async opened(
    tenant: TenantContext,
    key: string,
    secret: VisibleSecret,
    skipValue: boolean,
  ): Promise<OpenedSecret> {
    const value = skipValue ? undefined : await this.sealer.openValue(tenant, key, secret);
    const hasOptions = secret.providerOptions !== null;
    const providerOptions = hasOptions ? await this.sealer.openOptions(tenant, key, secret) : null;
    return { ...secret, value, providerOptions };
  }
}
