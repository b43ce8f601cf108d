import { Inject, Injectable } from '@nestjs/common';
import type { JsonText } from '../api/json/json-text.js';
import { TooLarge } from '../common/errors.js';
import type { TenantContext } from '../common/tenant-context.js';
import { Configuration } from '../config/configuration.js';
import type { Binding, OptionsBinding, ValueBinding } from '../crypto/binding.js';
import { Keyring } from '../crypto/keyring.js';
import { SealedValue } from '../crypto/sealed-value.js';
import type { SecretValue } from '../crypto/secret-value.js';
import type { StoredSecret, VisibleSecret } from './secret.js';

/** Holds what is sealed of a secret. */
export type SealedParts = Pick<StoredSecret, 'value' | 'providerOptions'>;

/** Holds the sealed value of a version, and what it is bound to. */
export interface SealedVersion extends ValueBinding {
  readonly value: SealedValue;
}

interface Identity {
  readonly id: string;
  readonly key: string;
}

/**
 * Binds what is sealed to a tenant's secret, and opens it with the tenant and the key that the caller asked for (its
 * owner's tenant only where it is global), so that a value cannot be opened in a request for another secret. The column
 * transformer seals what was bound.
 */
@Injectable()
export class SecretSealer {
  constructor(
    @Inject(Keyring) private readonly keyring: Keyring,
    @Inject(Configuration) private readonly configuration: Configuration,
  ) {}

  /** @throws TooLarge */
  async sealValue(
    { tenantId }: Pick<TenantContext, 'tenantId'>,
    { id: secretId, key, version }: Identity & { readonly version: number },
    value: SecretValue,
  ): Promise<SealedValue> {
    this.requireSize('The value', value.text);
    const binding: ValueBinding = { tenantId, secretId, key, version };
    return SealedValue.of(await this.keyring.cipher(tenantId), binding, value);
  }

  /** Returns nothing where the value is hidden from the caller. */
  async openValue(
    tenant: TenantContext,
    key: string,
    secret: VisibleSecret,
  ): Promise<SecretValue | undefined> {
    const { value, id: secretId, version } = secret;
    if (value === null) return undefined;
    return this.keyring.open(value, { tenantId: ownerOf(tenant, secret), secretId, key, version });
  }

  /** @throws TooLarge */
  requireSize(what: string, text: string): void {
    const { maxValueBytes } = this.configuration;
    const bytes = Buffer.byteLength(text, 'utf8');
    if (bytes > maxValueBytes)
      throw new TooLarge(`${what} is larger than ${maxValueBytes} bytes of UTF-8; ${bytes} came`);
  }

  /**
   * @returns null where none are to be kept, nothing where none were given
   * @throws TooLarge
   */
  async sealOptions(
    { tenantId }: Pick<TenantContext, 'tenantId'>,
    { id: secretId, key }: Identity,
    options: JsonText | undefined,
  ): Promise<SealedValue | null | undefined> {
    if (options === undefined) return undefined;
    const { text } = options;
    if (isEmptyObject(text)) return null;
    this.requireSize('`provider_options`', text);
    const binding: OptionsBinding = { tenantId, secretId, key, part: 'provider options' };
    return SealedValue.of(await this.keyring.cipher(tenantId), binding, { format: 'json', text });
  }

  /**
   * Seals value and options of a secret for another key, as large as they are. Nobody sees them meanwhile, so it does not
   * matter who may.
   */
  async resealFor(newKey: string, secret: StoredSecret): Promise<SealedParts> {
    const { tenantId, id: secretId, key, version, value, providerOptions } = secret;
    const place = { tenantId, secretId, key };
    return {
      value: await this.reseal(value, { ...place, version }, newKey),
      providerOptions:
        providerOptions &&
        (await this.reseal(providerOptions, { ...place, part: 'provider options' }, newKey)),
    };
  }

  /** Seals the value of a version of a secret for another key, as `resealFor` does. */
  async resealVersionFor(newKey: string, version: SealedVersion): Promise<SealedValue> {
    const { tenantId, secretId, key, version: number, value } = version;
    return this.reseal(value, { tenantId, secretId, key, version: number }, newKey);
  }

  /** Seals one part of a secret for another key. */
  private async reseal(sealed: SealedValue, binding: Binding, newKey: string): Promise<SealedValue> {
    const opened = await this.keyring.open(sealed, binding);
    return SealedValue.of(await this.keyring.cipher(binding.tenantId), { ...binding, key: newKey }, opened);
  }

  /** Returns null where there are none to be seen. */
  async openOptions(tenant: TenantContext, key: string, secret: VisibleSecret): Promise<string | null> {
    const { providerOptions, id: secretId } = secret;
    if (providerOptions === null) return null;
    const tenantId = ownerOf(tenant, secret);
    const binding: OptionsBinding = { tenantId, secretId, key, part: 'provider options' };
    return (await this.keyring.open(providerOptions, binding)).text;
  }
}

function isEmptyObject(json: string): boolean {
  return /^\s*\{\s*\}\s*$/.test(json);
}

function ownerOf(tenant: TenantContext, secret: VisibleSecret): string {
  return secret.visibility === 'global' ? secret.tenantId : tenant.tenantId;
}
