import { Refusal } from '../audit/refusal.js';
import { IllegalAction } from '../common/errors.js';
import type { TenantContext } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import type { StoredSettings, TenantSettings } from './tenant-settings.js';

type Bounds = Pick<TenantSettings, 'maxVersionsLowerBound' | 'maxVersionsUpperBound'>;

/** Returns why the settings of a tenant cannot become these, if so. */
export function refusalOfSettings(
  { permissions, tenantName }: TenantContext,
  changes: Partial<StoredSettings>,
  next: StoredSettings,
): Refusal | undefined {
  const { maxVersionsLowerBound: lower, maxVersionsUpperBound: upper } = changes;
  const setsBounds = [lower, upper, changes.auditDays].some((setting) => setting !== undefined);
  if (setsBounds && !permissions.has('tenant_update_bounds'))
    return new Refusal('forbidden', tenantRefused('tenant_update_bounds', tenantName));
  if (next.maxVersionsLowerBound > next.maxVersionsUpperBound)
    return new Refusal('refused', boundsCrossed(next));
  return changes.maxVersions !== undefined && !isWithin(changes.maxVersions, next)
    ? new Refusal('refused', outsideBounds(next))
    : undefined;
}

/** Tells whether a number of versions is within the bounds of a tenant. */
export function isWithin(count: number, bounds: Bounds): boolean {
  return count >= bounds.maxVersionsLowerBound && count <= bounds.maxVersionsUpperBound;
}

/** Refuses a number of versions outside the bounds of the tenant. */
export function outsideBounds({ maxVersionsLowerBound, maxVersionsUpperBound }: Bounds): IllegalAction {
  return new IllegalAction(
    `\`max_versions\` must be from ${maxVersionsLowerBound} to ${maxVersionsUpperBound}: system administrators have set ` +
      'these bounds for the tenant (max_versions_lower_bound and max_versions_upper_bound of its settings)',
  );
}

function boundsCrossed({ maxVersionsLowerBound, maxVersionsUpperBound }: Bounds): IllegalAction {
  return new IllegalAction(
    `\`max_versions_lower_bound\` would be ${maxVersionsLowerBound} and \`max_versions_upper_bound\` ` +
      `${maxVersionsUpperBound}: the lower bound must not be above the upper one; give both`,
  );
}
