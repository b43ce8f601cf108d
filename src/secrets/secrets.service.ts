import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { Refusal } from '../audit/refusal.js';
import { NotFound } from '../common/errors.js';
import { newId } from '../common/ids.js';
import type { TenantContext } from '../common/tenant-context.js';
import type { SecretValue } from '../crypto/secret-value.js';
import type { ListOptions, SecretPage } from './list/list-options.js';
import {
  foreignSecret,
  globalElsewhere,
  secretExists,
  secretNotFound,
  textRequired,
} from './secret-errors.js';
import { shareOf } from './share-of.js';
import type { CreateSecretInput, UpdateSecretInput } from './secret-input.js';
import { SecretSealer } from './secret-sealer.js';
import { DEFAULT_ATTRIBUTES, type OpenedSecret, type StoredSecret } from './secret.js';
import {
  SecretsRepository,
  type DecideDeletion,
  type NewSecret,
  type UpdateOutcome,
} from './secrets.repository.js';
import {
  isPlainText,
  refusalOfGlobal,
  refusalOfProvider,
  refusalOfTouch,
  UpdateSecret,
  type DecidedUpdate,
} from './update-secret.js';
import { CheckedValue } from './value-schema/checked-value.js';
import { SchemaValidator } from './value-schema/schema-validator.js';

/** Applies the rules of a tenant's secrets. Each method commits its event before it answers. */
@Injectable()
export class SecretsService {
  constructor(
    @Inject(SecretsRepository) private readonly secrets: SecretsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
    @Inject(UpdateSecret) private readonly updates: UpdateSecret,
    @Inject(SchemaValidator) private readonly validator: SchemaValidator,
  ) {}

  /**
   * Reads one secret of the tenant, or a global one. The event of the read is committed before the value is opened.
   * @param skipValue leaves the value shut
   * @throws NotFound
   */
  async read(tenant: TenantContext, key: string, { skipValue = false } = {}): Promise<OpenedSecret> {
    const outcome = await this.secrets.read(tenant, key, newEvent('secret.read', tenant.caller, { key }));
    if (outcome.kind === 'absent') throw secretNotFound(key);
    const { secret } = outcome;
    const value = skipValue ? undefined : await this.sealer.openValue(tenant, key, secret);
    const hasOptions = secret.providerOptions !== null;
    const providerOptions = hasOptions ? await this.sealer.openOptions(tenant, key, secret) : null;
    return { ...secret, value, providerOptions };
  }

  /** Lists what the caller sees, without values. */
  list(tenant: TenantContext, options: ListOptions): Promise<SecretPage> {
    const event = newEvent('secret.list', tenant.caller, {
      detail: options.allTenants ? { all_tenants: 'true', reader_tenant: tenant.tenantId } : null,
    });
    return this.secrets.list(tenant, options, event);
  }

  /** @throws Conflict, Forbidden, NotFound, BadParameters, TooLarge, as clients know them */
  async create(tenant: TenantContext, key: string, input: CreateSecretInput): Promise<OpenedSecret> {
    const { updateIfExists = false, value, providerOptions } = input;
    const checked = new CheckedValue(this.validator, shareOf(tenant), value);
    const event = newEvent('secret.create', tenant.caller, { key });
    const refusal = await refusalOfCreation(tenant, input, checked);
    if (refusal !== undefined) {
      await this.secrets.recordRefusal(tenant, event, refusal);
      throw refusal.error;
    }
    const update = this.updates.of(tenant, key, { attributes: {}, value, providerOptions }, checked);
    const { decide } = hidingAbsence(key, update);
    const secret = isCreatable(input) ? await this.newSecret(tenant, key, input) : undefined;
    if (secret === undefined && !updateIfExists) throw textRequired(value);
    const outcome =
      secret === undefined
        ? await this.secrets.update(tenant, key, decide, { ...event, action: 'secret.update' })
        : await this.secrets.create(tenant, secret, event, updateIfExists ? decide : undefined);
    if (secret === undefined && outcome.kind === 'absent') throw textRequired(value);
    if (outcome.kind === 'exists') throw secretExists(key);
    const created = outcome.kind === 'created' ? outcome.secret : changed(key, outcome);
    return shown(created, value);
  }

  /** @throws Conflict, Forbidden, NotFound, BadParameters, IllegalAction, TooLarge, as clients know them */
  async update(tenant: TenantContext, key: string, input: UpdateSecretInput): Promise<OpenedSecret> {
    if (input.value !== undefined) this.sealer.requireSize('The value', input.value.text);
    const checked = new CheckedValue(this.validator, shareOf(tenant), input.value);
    const update = this.updates.of(tenant, key, input, checked);
    const event = newEvent('secret.update', tenant.caller, { key });
    const outcome = await this.secrets.update(tenant, key, update.decide, event);
    return shown(changed(key, outcome), update.value());
  }

  /**
   * Removes the secret and returns it. A secret whose value cannot be decrypted is kept for the operator to examine.
   * @throws Forbidden, NotFound, IllegalAction
   */
  async delete(tenant: TenantContext, key: string): Promise<OpenedSecret> {
    let value: SecretValue | undefined;
    const decide: DecideDeletion = async (current) => {
      const refusal = refusalOfTouch(tenant, current);
      if (refusal === undefined) value = await this.sealer.openValue(tenant, key, current);
      return refusal;
    };
    const event = newEvent('secret.delete', tenant.caller, { key });
    return shown(changed(key, await this.secrets.delete(tenant, key, decide, event)), value);
  }

  private async newSecret(tenant: TenantContext, key: string, input: CreateSecretInput): Promise<NewSecret> {
    const id = newId();
    const value = await this.sealer.sealValue(tenant, { id, key, version: 1 }, input.value);
    const options = await this.sealer.sealOptions(tenant, { id, key }, input.providerOptions);
    const attributes = { ...DEFAULT_ATTRIBUTES, ...input.attributes };
    return { id, key, attributes, value, schema: input.schema ?? null, providerOptions: options ?? null };
  }
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

/** Returns a secret as answers to changes show it: without options, which only reads return. */
function shown(secret: StoredSecret, value: SecretValue | undefined): OpenedSecret {
  return { ...secret, value, providerOptions: null };
}

function changed(key: string, outcome: UpdateOutcome): StoredSecret {
  switch (outcome.kind) {
    case 'changed':
      return outcome.secret;
    case 'absent':
      throw secretNotFound(key);
    case 'foreign':
      throw foreignSecret(key);
    case 'exists':
      throw globalElsewhere(key);
    case 'refused':
      throw outcome.error;
  }
}
