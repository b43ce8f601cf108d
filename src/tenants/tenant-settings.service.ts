import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import type { TenantContext } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import type { TenantSettings } from './tenant-settings.js';
import { TenantSettingsRepository } from './tenant-settings.repository.js';

/** Reads and changes the settings of tenants, and records each request in the tenant's log. */
@Injectable()
export class TenantSettingsService {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(TenantSettingsRepository) private readonly settings: TenantSettingsRepository,
  ) {}

  read({ tenantId, tenantName: key, caller }: TenantContext): Promise<TenantSettings> {
    const event = newEvent('tenant_settings.read', caller, { key });
    return this.transaction.run(event, (manager) => this.settings.read(manager, tenantId), tenantId);
  }

  /**
   * Changes the settings that are given, on all replicas from the next request on.
   * @throws Forbidden if the tenant was deleted in the meantime
   */
  update(
    { tenantId, tenantName: key, caller }: TenantContext,
    changes: Partial<TenantSettings>,
  ): Promise<TenantSettings> {
    const { requireIfMatch } = changes;
    const detail = requireIfMatch === undefined ? null : { require_if_match: String(requireIfMatch) };
    const event = newEvent('tenant_settings.update', caller, { key, detail });
    const gone = new Refusal('forbidden', tenantRefused('tenant_update_settings', key));
    return this.transaction.run(
      event,
      async (manager) => (await this.settings.write(manager, tenantId, changes)) ?? gone,
      tenantId,
    );
  }
}
