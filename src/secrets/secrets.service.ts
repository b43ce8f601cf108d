import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { TooLarge } from '../common/errors.js';
import { newId } from '../common/ids.js';
import type { TenantContext } from '../common/tenant-context.js';
import { Configuration } from '../config/configuration.js';
import type { Binding } from '../crypto/binding.js';
import { Keyring } from '../crypto/keyring.js';
import type { SealedValue } from '../crypto/sealed-value.js';
import { secretExists, secretNotFound } from './secret-errors.js';
import { SecretsRepository, type Page, type SecretPage } from './secrets.repository.js';
import type { OpenedSecret, StoredSecret } from './stored-secret.js';

/** The rules of a tenant's secrets. Each method commits its event before it answers. */
@Injectable()
export class SecretsService {
  constructor(
    @Inject(SecretsRepository) private readonly secrets: SecretsRepository,
    @Inject(Keyring) private readonly keyring: Keyring,
    @Inject(Configuration) private readonly configuration: Configuration,
  ) {}

  async read(tenant: TenantContext, key: string): Promise<OpenedSecret> {
    const outcome = await this.secrets.read(tenant, key, newEvent('secret.read', tenant.caller, { key }));
    if (outcome.kind === 'absent') throw secretNotFound(key);
    return this.open(tenant, key, outcome.secret);
  }

  list(tenant: TenantContext, page: Page): Promise<SecretPage> {
    return this.secrets.list(tenant, page, newEvent('secret.list', tenant.caller));
  }

  async create(tenant: TenantContext, key: string, text: string): Promise<OpenedSecret> {
    const id = newId();
    const value = await this.seal(tenant, { id, key, version: 1 }, text);
    const event = newEvent('secret.create', tenant.caller, { key });
    const outcome = await this.secrets.create(tenant, { id, key, value }, event);
    if (outcome.kind === 'exists') throw secretExists(key);
    return { ...outcome.secret, text };
  }

  /** The same value again makes no version, but moves the time of the update. */
  async update(tenant: TenantContext, key: string, text: string): Promise<OpenedSecret> {
    this.requireSize(text);
    const next = async (current: StoredSecret): Promise<SealedValue | undefined> => {
      const opened = await this.open(tenant, key, current);
      if (opened.text === text) return undefined;
      return this.seal(tenant, { ...current, version: current.version + 1 }, text);
    };
    const event = newEvent('secret.update', tenant.caller, { key });
    const outcome = await this.secrets.update(tenant, key, next, event);
    if (outcome.kind === 'absent') throw secretNotFound(key);
    return { ...outcome.secret, text };
  }

  /** Erases the secret and gives what it was. One whose value does not open stays, for the operator to look at. */
  async delete(tenant: TenantContext, key: string): Promise<OpenedSecret> {
    let deleted: OpenedSecret | undefined;
    const before = async (current: StoredSecret): Promise<void> => {
      deleted = await this.open(tenant, key, current);
    };
    await this.secrets.delete(tenant, key, before, newEvent('secret.delete', tenant.caller, { key }));
    if (deleted === undefined) throw secretNotFound(key);
    return deleted;
  }

  private seal(
    tenant: TenantContext,
    secret: { id: string; key: string; version: number },
    text: string,
  ): Promise<SealedValue> {
    this.requireSize(text);
    return this.keyring.seal(
      { format: 'text', text },
      bindingOf(tenant, secret.key, secret),
      tenant.keyGeneration,
    );
  }

  /** Opened with the tenant and the key that the caller asked for: what reached the wrong request stays shut. */
  private async open(tenant: TenantContext, key: string, secret: StoredSecret): Promise<OpenedSecret> {
    const { text } = await this.keyring.open(secret.value, bindingOf(tenant, key, secret));
    return { ...secret, text };
  }

  private requireSize(text: string): void {
    const { maxValueBytes } = this.configuration;
    if (Buffer.byteLength(text, 'utf8') > maxValueBytes) {
      throw new TooLarge(`The value is larger than ${maxValueBytes} bytes of UTF-8`);
    }
  }
}

function bindingOf(tenant: TenantContext, key: string, secret: { id: string; version: number }): Binding {
  return { tenantId: tenant.tenantId, secretId: secret.id, key, version: secret.version };
}
