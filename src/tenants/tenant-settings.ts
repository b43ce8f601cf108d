/** Holds what the managers of a tenant decide on for all that work in it. */
export interface TenantSettings {
  /** True if a change of a single secret must say which state it is based on, by `If-Match`. */
  readonly requireIfMatch: boolean;
}

/** Holds the settings of a tenant that has set none. */
export const DEFAULT_SETTINGS: TenantSettings = { requireIfMatch: false };
