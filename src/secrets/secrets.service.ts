import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { NotFound } from '../common/errors.js';
import { newId } from '../common/ids.js';
import type { TenantContext } from '../common/tenant-context.js';
import type { SecretValue } from '../crypto/secret-value.js';
import type { ListWish, SecretPage } from './list-wish.js';
import { mayMakeGlobal } from './secret-access.js';
import { refusalOfChange, refusalOfTouch, type WantedChange } from './secret-change.js';
import {
  foreignSecret,
  globalElsewhere,
  mayNotMakeGlobal,
  secretExists,
  secretNotFound,
} from './secret-errors.js';
import { SecretSealer } from './secret-sealer.js';
import {
  SecretsRepository,
  type BeforeDelete,
  type ChangeOutcome,
  type Decide,
  type Refusal,
} from './secrets.repository.js';
import type { OpenedSecret, StoredSecret, Visibility } from './stored-secret.js';

export interface WantedSecret {
  readonly text: string;
  readonly visibility?: Visibility | undefined;
  readonly isHiddenValue?: boolean | undefined;
  /** Whether a secret that is there gets the value; nothing else of it changes. */
  readonly updateIfExists?: boolean | undefined;
}

/** The rules of a tenant's secrets. Each method commits its event before it answers. */
@Injectable()
export class SecretsService {
  constructor(
    @Inject(SecretsRepository) private readonly secrets: SecretsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
  ) {}

  /** @param skipValue leaves the value shut */
  async read(tenant: TenantContext, key: string, { skipValue = false } = {}): Promise<OpenedSecret> {
    const outcome = await this.secrets.read(tenant, key, newEvent('secret.read', tenant.caller, { key }));
    if (outcome.kind === 'absent') throw secretNotFound(key);
    const { secret } = outcome;
    const value = skipValue ? undefined : await this.sealer.openValue(tenant, key, secret);
    return { ...secret, value, providerOptions: await this.sealer.openOptions(tenant, key, secret) };
  }

  list(tenant: TenantContext, wish: ListWish): Promise<SecretPage> {
    const detail = wish.allTenants ? { all_tenants: 'true', reader_tenant: tenant.tenantId } : null;
    return this.secrets.list(tenant, wish, newEvent('secret.list', tenant.caller, { detail }));
  }

  async create(tenant: TenantContext, key: string, wanted: WantedSecret): Promise<OpenedSecret> {
    const { text, visibility = 'tenant', isHiddenValue = false, updateIfExists = false } = wanted;
    if (visibility === 'global' && !mayMakeGlobal(tenant)) throw mayNotMakeGlobal();
    const id = newId();
    const value: SecretValue = { format: 'text', text };
    const sealed = await this.sealer.sealValue(tenant, { id, key, version: 1 }, value);
    const fields = { visibility, isHiddenValue, schema: null, providerOptions: null };
    const secret = { id, key, value: sealed, ...fields };
    const existing = updateIfExists ? this.changing(tenant, key, { text }, seenOrTaken) : undefined;
    const event = newEvent('secret.create', tenant.caller, { key });
    const outcome = await this.secrets.create(tenant, secret, event, existing?.decide);
    if (outcome.kind === 'created') return shown(outcome.secret, value);
    if (outcome.kind === 'exists') throw secretExists(key);
    return shown(changed(key, outcome), value);
  }

  async update(tenant: TenantContext, key: string, wanted: WantedChange): Promise<OpenedSecret> {
    if (wanted.text !== undefined) this.sealer.requireSize('The value', wanted.text);
    const change = this.changing(tenant, key, wanted);
    const event = newEvent('secret.update', tenant.caller, { key });
    const secret = changed(key, await this.secrets.update(tenant, key, change.decide, event));
    return shown(secret, change.value());
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

  /** The same value again makes no version, but moves the time of the update. */
  private changing(
    tenant: TenantContext,
    key: string,
    wanted: WantedChange,
    adapted: (refusal: Refusal) => Refusal = (refusal) => refusal,
  ): { decide: Decide; value: () => SecretValue | undefined } {
    let kept: SecretValue | undefined;
    const decide: Decide = async (current) => {
      const refusal = refusalOfChange(tenant, current, wanted);
      if (refusal !== undefined) return adapted(refusal);
      kept = await this.sealer.openValue(tenant, key, current);
      const { text, visibility, isHiddenValue } = wanted;
      if (text === undefined || text === kept?.text) return { kind: 'change', visibility, isHiddenValue };
      kept = { format: 'text', text };
      const next = { ...current, version: current.version + 1 };
      const value = await this.sealer.sealValue(tenant, next, kept);
      return { kind: 'change', value, visibility, isHiddenValue };
    };
    return { decide, value: () => kept };
  }
}

/** Who writes to a key that is private to somebody else learns that it is taken, as without `update_if_exists`. */
function seenOrTaken(refusal: Refusal): Refusal {
  if (!(refusal.error instanceof NotFound)) return refusal;
  return { ...refusal, outcome: 'conflict', error: secretExists(refusal.key) };
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
