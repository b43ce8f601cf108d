import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import { BadParameters } from '../common/errors.js';
import type { TenantContext } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import type { StoredSettings, TenantSettings } from './tenant-settings.js';
import { TenantSettingsRepository } from './tenant-settings.repository.js';
import { TrashDays } from './trash-days.js';

/** Reads and changes the settings of tenants, and records each request in the tenant's log. */
@Injectable()
export class TenantSettingsService {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(TenantSettingsRepository) private readonly settings: TenantSettingsRepository,
    @Inject(TrashDays) private readonly trashDays: TrashDays,
  ) {}

  async read({ tenantId, tenantName: key, caller }: TenantContext): Promise<TenantSettings> {
    const event = newEvent('tenant_settings.read', caller, { key });
    const read = this.transaction.run(event, (manager) => this.settings.read(manager, tenantId), tenantId);
    return this.effective(await read);
  }

  /**
   * Changes the settings that are given, on all replicas from the next request on.
   * @throws Forbidden if the tenant was deleted in the meantime
   * @throws BadParameters for days that are not within the bounds of the installation
   */
  async update(
    { tenantId, tenantName: key, caller }: TenantContext,
    changes: Partial<TenantSettings>,
  ): Promise<TenantSettings> {
    const event = newEvent('tenant_settings.update', caller, { key, detail: detailOf(changes) });
    const gone = new Refusal('forbidden', tenantRefused('tenant_update_settings', key));
    const refusal = this.refusalOf(changes);
    const updated = this.transaction.run(
      event,
      async (manager) => refusal ?? (await this.settings.write(manager, tenantId, changes)) ?? gone,
      tenantId,
    );
    return this.effective(await updated);
  }

  private refusalOf({ trashDays }: Partial<TenantSettings>): Refusal | undefined {
    const { least, most } = this.trashDays;
    if (trashDays === undefined || (trashDays >= least && trashDays <= most)) return undefined;
    return new Refusal(
      'refused',
      new BadParameters(
        `\`trash_days\` must be from ${least} to ${most} in this installation; ${trashDays} came`,
      ),
    );
  }

  private effective(stored: StoredSettings): TenantSettings {
    return { ...stored, trashDays: this.trashDays.effective(stored.trashDays) };
  }
}

/** Returns the settings that a change names with their new values; null for none. */
function detailOf({ requireIfMatch, trashDays }: Partial<TenantSettings>): Record<string, string> | null {
  const detail = {
    ...(requireIfMatch !== undefined && { require_if_match: String(requireIfMatch) }),
    ...(trashDays !== undefined && { trash_days: String(trashDays) }),
  };
  return Object.keys(detail).length === 0 ? null : detail;
}
