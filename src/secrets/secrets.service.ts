import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { NotFound } from '../common/errors.js';
import { newId } from '../common/ids.js';
import type { TenantContext } from '../common/tenant-context.js';
import type { SecretValue } from '../crypto/secret-value.js';
import { CheckedValue } from './value-schema/checked-value.js';
import type { ListOptions, SecretPage } from './list/list-options.js';
import { SchemaValidator } from './value-schema/schema-validator.js';
import { mayMakeGlobal } from './secret-access.js';
import { refusalOfProvider, refusalOfTouch, refused, type UpdateSecretInput } from './update-secret.rules.js';
import { isPlainText, SecretChanges, toSecretValue, type Changing } from './update-secret.js';
import {
  foreignSecret,
  globalElsewhere,
  mayNotMakeGlobal,
  secretExists,
  secretNotFound,
  textRequired,
} from './secret-errors.js';
import { SecretSealer } from './secret-sealer.js';
import {
  SecretsRepository,
  type BeforeDelete,
  type ChangeOutcome,
  type NewSecret,
  type Refusal,
} from './secrets.repository.js';
import type { OpenedSecret, Schema, StoredSecret } from './secret.js';

export interface CreateSecretInput extends Omit<UpdateSecretInput, 'owner'> {
  readonly schema?: Schema | undefined;
  /** Whether a secret that is there gets the value and the options; nothing else of it changes. */
  readonly updateIfExists?: boolean | undefined;
}

/** The rules of a tenant's secrets. Each method commits its event before it answers. */
@Injectable()
export class SecretsService {
  constructor(
    @Inject(SecretsRepository) private readonly secrets: SecretsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
    @Inject(SecretChanges) private readonly changes: SecretChanges,
    @Inject(SchemaValidator) private readonly validator: SchemaValidator,
  ) {}

  /** @param skipValue leaves the value shut */
  async read(tenant: TenantContext, key: string, { skipValue = false } = {}): Promise<OpenedSecret> {
    const outcome = await this.secrets.read(tenant, key, newEvent('secret.read', tenant.caller, { key }));
    if (outcome.kind === 'absent') throw secretNotFound(key);
    const { secret } = outcome;
    const value = skipValue ? undefined : await this.sealer.openValue(tenant, key, secret);
    const hasOptions = secret.providerOptions !== null;
    const providerOptions = hasOptions ? await this.sealer.openOptions(tenant, key, secret) : null;
    return { ...secret, value, providerOptions };
  }

  list(tenant: TenantContext, options: ListOptions): Promise<SecretPage> {
    const event = newEvent('secret.list', tenant.caller, {
      detail: options.allTenants ? { all_tenants: 'true', reader_tenant: tenant.tenantId } : null,
    });
    return this.secrets.list(tenant, options, event);
  }

  async create(tenant: TenantContext, key: string, wanted: CreateSecretInput): Promise<OpenedSecret> {
    const { updateIfExists = false, value, providerOptions } = wanted;
    const checked = new CheckedValue(this.validator, tenant.tenantId, value);
    const event = newEvent('secret.create', tenant.caller, { key });
    const refusal = await refusalOfCreation(tenant, key, wanted, checked);
    if (refusal !== undefined) {
      await this.secrets.recordRefusal(tenant, event, refusal);
      throw refusal.error;
    }
    const replacing = adapted(this.changes.of(tenant, key, { value, providerOptions }, checked));
    const secret = isCreatable(wanted) ? await this.newSecret(tenant, key, wanted) : undefined;
    if (secret === undefined && !updateIfExists) throw textRequired();
    const outcome =
      secret === undefined
        ? await this.secrets.update(tenant, key, replacing.decide, { ...event, action: 'secret.update' })
        : await this.secrets.create(tenant, secret, event, updateIfExists ? replacing.decide : undefined);
    if (secret === undefined && outcome.kind === 'absent') throw textRequired();
    if (outcome.kind === 'exists') throw secretExists(key);
    const created = outcome.kind === 'created' ? outcome.secret : changed(key, outcome);
    return shown(created, toSecretValue(value));
  }

  private async newSecret(tenant: TenantContext, key: string, wanted: CreateSecretInput): Promise<NewSecret> {
    const { visibility = 'tenant', isHiddenValue = false, schema = null } = wanted;
    const id = newId();
    const value = await this.sealer.sealValue(tenant, { id, key, version: 1 }, toSecretValue(wanted.value));
    const options = await this.sealer.sealOptions(tenant, { id, key }, wanted.providerOptions);
    return { id, key, value, visibility, isHiddenValue, schema, providerOptions: options ?? null };
  }

  async update(tenant: TenantContext, key: string, wanted: UpdateSecretInput): Promise<OpenedSecret> {
    if (wanted.value !== undefined) this.sealer.requireSize('The value', toSecretValue(wanted.value).text);
    const checked = new CheckedValue(this.validator, tenant.tenantId, wanted.value);
    const change = this.changes.of(tenant, key, wanted, checked);
    const event = newEvent('secret.update', tenant.caller, { key });
    const outcome = await this.secrets.update(tenant, key, change.decide, event);
    return shown(changed(key, outcome), change.value());
  }

  /** Erases the secret and gives what it was. One whose value does not open stays, for the operator to look at. */
  async delete(tenant: TenantContext, key: string): Promise<OpenedSecret> {
    let value: SecretValue | undefined;
    const before: BeforeDelete = async (current) => {
      const refusal = refusalOfTouch(tenant, current);
      if (refusal === undefined) value = await this.sealer.openValue(tenant, key, current);
      return refusal;
    };
    const event = newEvent('secret.delete', tenant.caller, { key });
    return shown(changed(key, await this.secrets.delete(tenant, key, before, event)), value);
  }
}

/** What cannot be created may still be the value of a secret that is there and has a schema. */
function isCreatable({ schema, value }: CreateSecretInput): boolean {
  return schema !== undefined || isPlainText(value);
}

/** Why it is refused whatever is there, if so, in the order in which clients know the checks. */
async function refusalOfCreation(
  tenant: TenantContext,
  key: string,
  wanted: CreateSecretInput,
  checked: CheckedValue,
): Promise<Refusal | undefined> {
  const mismatch = wanted.schema === undefined ? undefined : await checked.mismatchBy(wanted.schema);
  if (mismatch !== undefined) return refused('conflict', key, mismatch);
  if (wanted.visibility === 'global' && !mayMakeGlobal(tenant))
    return refused('forbidden', key, mayNotMakeGlobal());
  return refusalOfProvider({ key }, wanted);
}

/** Who writes to a key that is private to somebody else learns that it is taken, as without `update_if_exists`. */
function adapted({ decide, value }: Changing): Changing {
  return {
    value,
    decide: async (current, findUser) => {
      const decision = await decide(current, findUser);
      if (decision.kind !== 'refused' || !(decision.error instanceof NotFound)) return decision;
      return { ...decision, outcome: 'conflict', error: secretExists(decision.key) };
    },
  };
}

/** As answers to changes show it: options are shown to who reads them only. */
function shown(secret: StoredSecret, value: SecretValue | undefined): OpenedSecret {
  return { ...secret, value, providerOptions: null };
}

function changed(key: string, outcome: ChangeOutcome): StoredSecret {
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
