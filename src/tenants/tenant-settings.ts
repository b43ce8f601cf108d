/** Holds what the managers of a tenant decide on for all that work in it. */
export interface TenantSettings {
  /** True if a change of a single secret must say which state it is based on, by `If-Match`. */
  readonly requireIfMatch: boolean;
  /** The days for which the trash keeps a deleted secret. */
  readonly trashDays: number;
}

/** Holds settings as they are stored: null stands for the installation's default. */
export type StoredSettings = Omit<TenantSettings, 'trashDays'> & { readonly trashDays: number | null };

/** Holds the settings of a tenant that has set none. */
export const DEFAULT_SETTINGS: StoredSettings = { requireIfMatch: false, trashDays: null };
