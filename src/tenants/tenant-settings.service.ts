import { Inject, Injectable } from '@nestjs/common';
import { newEvent, type AuditEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import { BadParameters } from '../common/errors.js';
import type { TenantContext } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import { AuditDays } from './audit-days.js';
import { refusalOfSettings } from './refusal-of-settings.js';
import { keptVersions, type StoredSettings, type TenantSettings } from './tenant-settings.js';
import { TenantSettingsRepository } from './tenant-settings.repository.js';
import { TrashDays } from './trash-days.js';

/** Reads and changes the settings of tenants, and records each request in the tenant's log. */
@Injectable()
export class TenantSettingsService {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(TenantSettingsRepository) private readonly settings: TenantSettingsRepository,
    @Inject(TrashDays) private readonly trashDays: TrashDays,
    @Inject(AuditDays) private readonly auditDays: AuditDays,
  ) {}

  async read({ tenantId, tenantName: key, caller }: TenantContext): Promise<TenantSettings> {
    const event = newEvent('tenant_settings.read', caller, { key });
    const read = this.transaction.run(event, (manager) => this.settings.read(manager, tenantId), tenantId);
    return this.effective(await read);
  }

  /**
   * Changes the settings that are given, on all replicas from the next request on; null stands for the installation's default.
   * @throws Forbidden if the tenant was deleted in the meantime, and for bounds and days of the audit trail without the
   *   permission to set them
   * @throws IllegalAction for a number outside the bounds, and for bounds that leave nothing between them
   * @throws BadParameters for days that are not within the bounds of the installation
   */
  async update(tenant: TenantContext, changes: Partial<StoredSettings>): Promise<TenantSettings> {
    const { tenantId, tenantName: key, caller } = tenant;
    const event = newEvent('tenant_settings.update', caller, { key, detail: detailOf(changes) });
    const gone = new Refusal('forbidden', tenantRefused('tenant_update_settings', key));
    const settings = await this.transaction.run(
      event,
      async (manager) => {
        const present = await this.settings.lock(manager, tenantId);
        if (present === undefined) return gone;
        const next = { ...present, ...changes };
        const refusal =
          this.refusalOfDays(changes) ??
          refusalOfSettings(tenant, changes, next) ??
          this.refusalOfAuditDays(changes);
        if (refusal !== undefined) return refusal;
        await this.settings.write(manager, tenantId, next);
        return next;
      },
      tenantId,
    );
    return this.effective(settings);
  }

  private refusalOfDays({ trashDays }: Partial<StoredSettings>): Refusal | undefined {
    const { least, most } = this.trashDays;
    if (trashDays === undefined || trashDays === null || (trashDays >= least && trashDays <= most))
      return undefined;
    return new Refusal(
      'refused',
      new BadParameters(
        `\`trash_days\` must be from ${least} to ${most} in this installation; ${trashDays} came`,
      ),
    );
  }

  private refusalOfAuditDays({ auditDays }: Partial<StoredSettings>): Refusal | undefined {
    if (auditDays === undefined || auditDays === null || this.auditDays.allows(auditDays)) return undefined;
    return new Refusal('refused', tooFewAuditDays(this.auditDays.least));
  }

  /** Returns the settings as they hold: what lies outside the bounds counts as the nearest bound. */
  private effective(stored: StoredSettings): TenantSettings {
    return {
      ...stored,
      trashDays: this.trashDays.effective(stored.trashDays),
      auditDays: this.auditDays.effective(stored.auditDays),
      maxVersions: keptVersions(stored, null),
    };
  }
}

/** Returns what an event tells of a change. */
function detailOf(changes: Partial<StoredSettings>): AuditEvent<'tenant_settings.update'>['detail'] {
  const { requireIfMatch, trashDays, auditDays, maxVersions, maxVersionsLowerBound, maxVersionsUpperBound } =
    changes;
  const detail = {
    require_if_match: requireIfMatch,
    trash_days: trashDays,
    audit_days: auditDays,
    max_versions: maxVersions,
    max_versions_lower_bound: maxVersionsLowerBound,
    max_versions_upper_bound: maxVersionsUpperBound,
  };
  const given = Object.entries(detail).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** Refuses to keep events of the audit trail for fewer days than the floor of the installation. */
function tooFewAuditDays(least: number): BadParameters {
  return new BadParameters(
    `\`audit_days\` must be at least ${least} in this installation, or 0 to keep the events for ever`,
  );
}
