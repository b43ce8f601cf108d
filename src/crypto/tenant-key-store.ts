/** Holds one generation of a tenant's key as it is stored. */
export interface WrappedTenantKey {
  readonly tenantId: string;
  readonly generation: number;
  readonly rootKeyId: string;
  /** Holds the bytes that docs/envelope-format.md describes under "Wrapped tenant keys". */
  readonly wrapped: Buffer;
}

/** Finds wrapped keys for the keyring. */
export interface TenantKeyStore {
  /** @throws Unavailable when the store cannot be reached */
  find(tenantId: string, generation: number): Promise<WrappedTenantKey | undefined>;
}
