import { Inject, Injectable } from '@nestjs/common';
import { newEvent, type AuditEvent } from '../../../audit/audit-event.js';
import type { AuditOutcome } from '../../../audit/outcomes.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import { encryptFernet } from '../../../crypto/fernet.js';
import type { FernetKey } from '../../../crypto/fernet-key.js';
import { passphraseKey } from '../../../crypto/passphrase-key.js';
import type { SecretValue } from '../../../crypto/secret-value.js';
import { SecretSealer } from '../../secret-sealer.js';
import type { OpenedSecret, StoredSecret } from '../../secret.js';
import type { ExportOptions } from './export-options.js';
import { ExportedSecretsRepository } from './exported-secrets.repository.js';
import { TenantsOfCaller } from '../tenants-of-caller.js';

/** Describes a secret as it leaves: under a passphrase, value and options are tokens. */
export interface ExportedSecret extends OpenedSecret {
  readonly encrypted: boolean;
}

/** Gives the secrets of one tenant, or of many, away. */
@Injectable()
export class SecretExport {
  constructor(
    @Inject(ExportedSecretsRepository) private readonly secrets: ExportedSecretsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
    @Inject(TenantsOfCaller) private readonly tenants: TenantsOfCaller,
  ) {}

  /**
   * Batches of secrets, read as they are asked for, each by the rights of its moment. Before a tenant's first batch is
   * given, the event that it leaves is committed to the tenant's log; after its last, or when the reader goes or
   * something fails, a second one says how many secrets left.
   */
  async *batches(
    caller: TenantContext,
    options: ExportOptions,
    passphrase: string | undefined,
  ): AsyncGenerator<readonly ExportedSecret[], void> {
    const key = passphrase === undefined ? undefined : await passphraseKey(passphrase);
    for (const tenant of await this.tenantsOf(caller, options)) yield* this.ofTenant(tenant, options, key);
  }

  /** Records that a caller asked by HEAD whether an export would be given, in the log of each of its tenants. */
  async recordHead(caller: TenantContext, options: ExportOptions): Promise<void> {
    for (const tenant of await this.tenantsOf(caller, options))
      await this.secrets.record(tenant, newEvent('secret.export_head', tenant.caller));
  }

  private async tenantsOf(caller: TenantContext, options: ExportOptions): Promise<readonly TenantContext[]> {
    const tenants = options.allTenants ? await this.tenants.where(caller, 'secret_export') : [caller];
    const { tenant_name: names } = options.filters;
    return names === undefined ? tenants : tenants.filter(({ tenantName }) => names.includes(tenantName));
  }

  private async *ofTenant(
    tenant: TenantContext,
    options: ExportOptions,
    key: FernetKey | undefined,
  ): AsyncGenerator<readonly ExportedSecret[], void> {
    const event = newEvent('secret.export', tenant.caller, {
      detail: { stage: 'begin', encrypted: String(key !== undefined) },
    });
    let given = 0;
    let batch = await this.secrets.batch(tenant, { options, after: undefined, event, began: false });
    let outcome: AuditOutcome = 'failed';
    try {
      while (batch.length > 0) {
        yield await Promise.all(batch.map((secret) => this.opened(tenant, secret, key)));
        given += batch.length;
        const after = batch.at(-1)?.key;
        batch = await this.secrets.batch(tenant, { options, after, event, began: true });
      }
      outcome = 'ok';
    } finally {
      await this.secrets.record(tenant, ending(event, outcome, given));
    }
  }

  private async opened(
    tenant: TenantContext,
    secret: StoredSecret,
    key: FernetKey | undefined,
  ): Promise<ExportedSecret> {
    const value = await this.sealer.openValue(tenant, secret.key, secret);
    const providerOptions = await this.sealer.openOptions(tenant, secret.key, secret);
    if (key === undefined) return { ...secret, value, providerOptions, encrypted: false };
    return {
      ...secret,
      value: value && { format: 'text', text: encryptFernet(key, plaintextOf(secret, value)) },
      providerOptions: providerOptions === null ? null : encryptFernet(key, providerOptions),
      encrypted: true,
    };
  }
}

/**
 * Returns the text to encrypt: JSON for a secret with a schema, even for a text, so that the reader can tell them
 * apart.
 */
function plaintextOf({ schema }: StoredSecret, { format, text }: SecretValue): string {
  return schema !== null && format === 'text' ? JSON.stringify(text) : text;
}

/** Names the event of the beginning, to which it belongs. */
function ending(
  begin: AuditEvent<'secret.export'>,
  outcome: AuditOutcome,
  given: number,
): AuditEvent<'secret.export'> {
  return newEvent('secret.export', begin.caller, {
    outcome,
    detail: { ...begin.detail, stage: 'end', begin: begin.id, secrets: String(given) },
  });
}
