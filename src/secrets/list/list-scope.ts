/** A tenant whose own secrets are listed, and whether the caller administers it. */
export interface ListedTenant {
  readonly id: string;
  readonly administers: boolean;
}

/** Whose secrets a list may have, beside the global ones. */
export interface ListScope {
  readonly tenants: readonly ListedTenant[];
  readonly userId: string;
}
