import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '../../audit/refusal.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import { isWithin, outsideBounds } from '../../tenants/refusal-of-settings.js';
import { keptVersions } from '../../tenants/tenant-settings.js';
import type { SecretAttributes } from '../secret.js';
import { SecretVersionsRepository } from './secret-versions.repository.js';

/** Decides how many versions of a secret may be kept. */
@Injectable()
export class VersionLimits {
  constructor(@Inject(SecretVersionsRepository) private readonly versions: SecretVersionsRepository) {}

  /**
   * Returns why a secret may not keep that many versions, if so: the bounds of its tenant do not allow it or, since fewer
   * versions are an end of those beyond, the caller may not destroy versions.
   * @param present the secret's own limit until now; undefined for a new secret
   */
  async refusal(
    tenant: TenantContext,
    { maxVersions }: Partial<SecretAttributes>,
    present?: Pick<SecretAttributes, 'maxVersions'>,
  ): Promise<Refusal | undefined> {
    if (maxVersions === undefined || maxVersions === (present?.maxVersions ?? null)) return undefined;
    const settings = await this.versions.settings(tenant);
    if (maxVersions !== null && !isWithin(maxVersions, settings))
      return new Refusal('refused', outsideBounds(settings));
    const isLess =
      present !== undefined &&
      keptVersions(settings, maxVersions) < keptVersions(settings, present.maxVersions);
    return isLess && !tenant.permissions.has('secret_version_destroy')
      ? new Refusal('forbidden', tenantRefused('secret_version_destroy', tenant.tenantName))
      : undefined;
  }
}
