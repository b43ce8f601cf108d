import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { NotFound, TooLarge } from '../common/errors.js';
import { newId } from '../common/ids.js';
import type { TenantContext } from '../common/tenant-context.js';
import { Configuration } from '../config/configuration.js';
import type { Binding } from '../crypto/binding.js';
import { Keyring } from '../crypto/keyring.js';
import type { SealedValue } from '../crypto/sealed-value.js';
import type { ListWish } from './list-wish.js';
import { mayMakeGlobal } from './secret-access.js';
import { refusalOfChange, refusalOfTouch, type WantedChange } from './secret-change.js';
import {
  foreignSecret,
  globalElsewhere,
  mayNotMakeGlobal,
  secretExists,
  secretNotFound,
} from './secret-errors.js';
import {
  SecretsRepository,
  type BeforeDelete,
  type ChangeOutcome,
  type Decide,
  type Refusal,
  type SecretPage,
} from './secrets.repository.js';
import type { OpenedSecret, StoredSecret, VisibleSecret, Visibility } from './stored-secret.js';

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
    @Inject(Keyring) private readonly keyring: Keyring,
    @Inject(Configuration) private readonly configuration: Configuration,
  ) {}

  /** @param skipValue leaves the value shut */
  async read(tenant: TenantContext, key: string, { skipValue = false } = {}): Promise<OpenedSecret> {
    const outcome = await this.secrets.read(tenant, key, newEvent('secret.read', tenant.caller, { key }));
    if (outcome.kind === 'absent') throw secretNotFound(key);
    return skipValue ? { ...outcome.secret, text: undefined } : this.open(tenant, key, outcome.secret);
  }

  list(tenant: TenantContext, wish: ListWish): Promise<SecretPage> {
    return this.secrets.list(tenant, wish, newEvent('secret.list', tenant.caller));
  }

  async create(tenant: TenantContext, key: string, wanted: WantedSecret): Promise<OpenedSecret> {
    const { text, visibility = 'tenant', isHiddenValue = false, updateIfExists = false } = wanted;
    if (visibility === 'global' && !mayMakeGlobal(tenant)) throw mayNotMakeGlobal();
    const id = newId();
    const value = await this.seal(tenant, { id, key, version: 1 }, text);
    const secret = { id, key, value, visibility, isHiddenValue };
    const existing = updateIfExists ? this.changing(tenant, key, { text }, seenOrTaken) : undefined;
    const event = newEvent('secret.create', tenant.caller, { key });
    const outcome = await this.secrets.create(tenant, secret, event, existing?.decide);
    if (outcome.kind === 'created') return { ...outcome.secret, text };
    if (outcome.kind === 'exists') throw secretExists(key);
    return { ...changed(key, outcome), text };
  }

  async update(tenant: TenantContext, key: string, wanted: WantedChange): Promise<OpenedSecret> {
    if (wanted.text !== undefined) this.requireSize(wanted.text);
    const change = this.changing(tenant, key, wanted);
    const event = newEvent('secret.update', tenant.caller, { key });
    const secret = changed(key, await this.secrets.update(tenant, key, change.decide, event));
    return { ...secret, text: change.text() };
  }

  /** Erases the secret and gives what it was. One whose value does not open stays, for the operator to look at. */
  async delete(tenant: TenantContext, key: string): Promise<OpenedSecret> {
    let text: string | undefined;
    const before: BeforeDelete = async (current) => {
      const refusal = refusalOfTouch(tenant, current);
      if (refusal === undefined) ({ text } = await this.open(tenant, key, current));
      return refusal;
    };
    const event = newEvent('secret.delete', tenant.caller, { key });
    return { ...changed(key, await this.secrets.delete(tenant, key, before, event)), text };
  }

  /** The same value again makes no version, but moves the time of the update. */
  private changing(
    tenant: TenantContext,
    key: string,
    wanted: WantedChange,
    adapted: (refusal: Refusal) => Refusal = (refusal) => refusal,
  ): { decide: Decide; text: () => string | undefined } {
    let { text } = wanted;
    const decide: Decide = async (current) => {
      const refusal = refusalOfChange(tenant, current, wanted);
      if (refusal !== undefined) return adapted(refusal);
      const opened = await this.open(tenant, key, current);
      text ??= opened.text;
      const { visibility, isHiddenValue } = wanted;
      const same = wanted.text === undefined || wanted.text === opened.text;
      const next = { ...current, version: current.version + 1 };
      const value = same ? undefined : await this.seal(tenant, next, wanted.text);
      return { kind: 'change', value, visibility, isHiddenValue };
    };
    return { decide, text: () => text };
  }

  private seal(
    tenant: TenantContext,
    secret: { id: string; key: string; version: number },
    text: string,
  ): Promise<SealedValue> {
    this.requireSize(text);
    const binding = bindingOf(tenant.tenantId, secret.key, secret);
    return this.keyring.seal({ format: 'text', text }, binding, tenant.keyGeneration);
  }

  /**
   * Opened with the tenant and the key that the caller asked for, its owner's tenant only where it is global: what
   * reached the wrong request stays shut.
   */
  private async open(tenant: TenantContext, key: string, secret: VisibleSecret): Promise<OpenedSecret> {
    if (secret.value === undefined) return { ...secret, text: undefined };
    const owner = secret.visibility === 'global' ? secret.tenantId : tenant.tenantId;
    const { text } = await this.keyring.open(secret.value, bindingOf(owner, key, secret));
    return { ...secret, text };
  }

  private requireSize(text: string): void {
    const { maxValueBytes } = this.configuration;
    if (Buffer.byteLength(text, 'utf8') > maxValueBytes) {
      throw new TooLarge(`The value is larger than ${maxValueBytes} bytes of UTF-8`);
    }
  }
}

/** Who writes to a key that is private to somebody else learns that it is taken, as without `update_if_exists`. */
function seenOrTaken(refusal: Refusal): Refusal {
  if (!(refusal.error instanceof NotFound)) return refusal;
  return { ...refusal, outcome: 'conflict', error: secretExists(refusal.key) };
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

function bindingOf(tenantId: string, key: string, secret: { id: string; version: number }): Binding {
  return { tenantId, secretId: secret.id, key, version: secret.version };
}
