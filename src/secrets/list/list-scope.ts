/** A tenant whose own secrets are listed, and whether the caller administers it. */
export interface ListedTenant {
  readonly id: string;
  readonly administers: boolean;
}

/** Limits whose secrets a list may contain, in addition to global ones. */
export interface ListScope {
  readonly tenants: readonly ListedTenant[];
  readonly userId: string;
}
