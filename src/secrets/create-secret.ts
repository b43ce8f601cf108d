import { Inject, Injectable } from '@nestjs/common';
import type { Conditions } from '../api/conditions/conditions.js';
import { newEvent, type AuditEvent } from '../audit/audit-event.js';
import { Refusal } from '../audit/refusal.js';
import { NotFound } from '../common/errors.js';
import { newId } from '../common/ids.js';
import type { TenantContext } from '../common/tenant-context.js';
import { changedSecret, shown } from './changed-secret.js';
import { SettleExpiry } from './expiry/settle-expiry.js';
import { existsAlready, ifMatchNeedsUpdate, secretExists, textRequired } from './secret-errors.js';
import type { CreateSecretInput } from './secret-input.js';
import { SecretPreconditions } from './secret-preconditions.js';
import { SecretSealer } from './secret-sealer.js';
import { DEFAULT_ATTRIBUTES, type OpenedSecret, type SecretAttributes } from './secret.js';
import {
  SecretsRepository,
  type CreateOutcome,
  type Decide,
  type NewSecret,
  type SecretCreations,
} from './secrets.repository.js';
import { shareOf } from './share-of.js';
import {
  isPlainText,
  refusalOfGlobal,
  refusalOfProvider,
  UpdateSecret,
  type DecidedUpdate,
} from './update-secret.js';
import { VersionLimits } from './versions/version-limits.js';
import { CheckedValue } from './value-schema/checked-value.js';
import { SchemaValidator } from './value-schema/schema-validator.js';

/** Holds what a creation needs beside its input. */
interface Creation {
  readonly conditions: Conditions;
  readonly checked: CheckedValue;
  readonly event: AuditEvent;
}

/** Creates secrets, or updates those of the key that exist already. */
@Injectable()
export class CreateSecret {
  constructor(
    @Inject(SecretsRepository) private readonly secrets: SecretCreations,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
    @Inject(UpdateSecret) private readonly updates: UpdateSecret,
    @Inject(SecretPreconditions) private readonly preconditions: SecretPreconditions,
    @Inject(SchemaValidator) private readonly validator: SchemaValidator,
    @Inject(VersionLimits) private readonly limits: VersionLimits,
    @Inject(SettleExpiry) private readonly expiry: SettleExpiry,
  ) {}

  /** Returns the same rules for what is stored in another way. */
  storedBy(secrets: SecretCreations): CreateSecret {
    const { sealer, updates, preconditions, validator, limits, expiry } = this;
    return new CreateSecret(secrets, sealer, updates, preconditions, validator, limits, expiry);
  }

  /**
   * Creates a secret, or updates an existing one if the input says so and the conditions allow it.
   * @param event records a creation
   * @throws Conflict, Forbidden, NotFound, BadParameters, TooLarge, as clients know them
   * @throws PreconditionFailed, PreconditionRequired
   */
  async run(
    tenant: TenantContext,
    key: string,
    given: CreateSecretInput,
    conditions: Conditions,
    event: AuditEvent = newEvent('secret.create', tenant.caller, { key }),
  ): Promise<OpenedSecret> {
    const input = { ...given, attributes: await this.expiry.of(tenant, given) };
    const { updateIfExists = false, value } = input;
    if (conditions.ifMatch !== undefined && !updateIfExists) throw ifMatchNeedsUpdate();
    const checked = new CheckedValue(this.validator, shareOf(tenant), value);
    const refusal =
      (await refusalOfCreation(tenant, input, checked)) ??
      (await this.limits.refusal(tenant, input.attributes));
    if (refusal !== undefined) {
      await this.secrets.recordRefusal(tenant, event, refusal);
      throw refusal.error;
    }
    const outcome = await this.createOrUpdate(tenant, key, input, { conditions, checked, event });
    if (outcome.kind === 'exists') throw secretExists(key);
    if (outcome.kind === 'foreign' && conditions.ifNoneMatch === '*') throw existsAlready(key);
    return shown(
      outcome.kind === 'created' ? outcome.secret : changedSecret(key, outcome, conditions),
      value,
    );
  }

  private async createOrUpdate(
    tenant: TenantContext,
    key: string,
    input: CreateSecretInput,
    { conditions, checked, event }: Creation,
  ): Promise<CreateOutcome> {
    const { value, providerOptions } = input;
    const attributes = renewing(input.attributes);
    const creates = conditions.ifMatch === undefined;
    const createsOnly = creates && conditions.ifNoneMatch === '*';
    const updates = input.updateIfExists === true && !createsOnly;
    const update = { attributes, value, providerOptions, conditions };
    const { decide } = hidingAbsence(key, this.updates.of(tenant, key, update, checked));
    const ofUpdate = { ...event, action: 'secret.update' } as const;
    if (creates && isCreatable(input)) {
      const secret = await this.newSecret(tenant, key, input);
      if (updates) return this.secrets.create(tenant, secret, event, { decide, event: ofUpdate });
      if (!createsOnly) return this.secrets.create(tenant, secret, event);
      const refuse: Decide = (current) => this.preconditions.taken(tenant, current);
      return this.secrets.create(tenant, secret, event, { decide: refuse, event });
    }
    if (!updates) throw textRequired(value);
    const outcome = await this.secrets.update(tenant, key, decide, ofUpdate, { isConditional: !creates });
    if (creates && outcome.kind === 'absent') throw textRequired(value);
    return outcome;
  }

  private async newSecret(tenant: TenantContext, key: string, input: CreateSecretInput): Promise<NewSecret> {
    const id = newId();
    const value = await this.sealer.sealValue(tenant, { id, key, version: 1 }, input.value);
    const options = await this.sealer.sealOptions(tenant, { id, key }, input.providerOptions);
    const attributes = { ...DEFAULT_ATTRIBUTES, ...input.attributes };
    return { id, key, attributes, value, schema: input.schema ?? null, providerOptions: options ?? null };
  }
}

/** Returns those of the attributes that a secret that is there already gets too; Cloudify's clients expect no others. */
function renewing({
  description,
  expiresAt,
  labels,
  maxVersions,
}: Partial<SecretAttributes>): Partial<SecretAttributes> {
  const attributes = { description, expiresAt, labels, maxVersions };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

/** Tells whether a new secret can have the value; an existing secret with a schema may still accept it. */
function isCreatable({ schema, value }: CreateSecretInput): boolean {
  return schema !== undefined || isPlainText(value);
}

/** Returns why a creation is refused whether or not the key exists, in the order of checks that clients know. */
async function refusalOfCreation(
  tenant: TenantContext,
  input: CreateSecretInput,
  checked: CheckedValue,
): Promise<Refusal | undefined> {
  const mismatch = input.schema === undefined ? undefined : await checked.mismatchBy(input.schema);
  if (mismatch !== undefined) return new Refusal('conflict', mismatch);
  const isGlobal = input.attributes.visibility === 'global';
  return (isGlobal ? refusalOfGlobal(tenant) : undefined) ?? refusalOfProvider(input);
}

/** Reports that a key is taken if it is private to somebody else, as without `update_if_exists`. */
function hidingAbsence(key: string, { decide, value }: DecidedUpdate): DecidedUpdate {
  return {
    value,
    decide: async (current, findUser) => {
      const decision = await decide(current, findUser);
      if (decision.kind !== 'refused' || !(decision.error instanceof NotFound)) return decision;
      return new Refusal('conflict', secretExists(key));
    },
  };
}
