/** Holds what the managers of a tenant decide on for all that work in it, and the bounds that administrators set. */
export interface TenantSettings {
  /** True if a change of a single secret must say which state it is based on, by `If-Match`. */
  readonly requireIfMatch: boolean;
  /** The days for which the trash keeps a deleted secret. */
  readonly trashDays: number;
  /** The days for which events of the tenant's log are kept, which administrators set; 0 for ever. */
  readonly auditDays: number;
  /** Limits the versions of a secret that are kept, the current one included, unless the secret says otherwise. */
  readonly maxVersions: number;
  /** The least that the tenant and its secrets can set. */
  readonly maxVersionsLowerBound: number;
  /** The most that the tenant and its secrets can set. */
  readonly maxVersionsUpperBound: number;
}

/** Holds settings as they are stored: null stands for the installation's default. */
export type StoredSettings = Omit<TenantSettings, 'trashDays' | 'auditDays'> & {
  readonly trashDays: number | null;
  readonly auditDays: number | null;
};

/** Holds the settings of a tenant that has set none. */
export const DEFAULT_SETTINGS: StoredSettings = {
  requireIfMatch: false,
  trashDays: null,
  auditDays: null,
  maxVersions: 20,
  maxVersionsLowerBound: 1,
  maxVersionsUpperBound: 100,
};

/** Returns how many versions are kept of a secret that says so itself, or null, as `secret_version_limit` does. */
export function keptVersions(
  { maxVersions, maxVersionsLowerBound: lower, maxVersionsUpperBound: upper }: StoredSettings,
  ofSecret: number | null,
): number {
  return Math.min(Math.max(ofSecret ?? maxVersions, lower), upper);
}
