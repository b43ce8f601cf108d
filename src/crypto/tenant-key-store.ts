/** Holds one generation of a tenant's key, as it is stored. */
export interface WrappedTenantKey {
  readonly tenantId: string;
  readonly generation: number;
  readonly rootKeyId: string;
  /** docs/envelope-format.md, "Wrapped tenant keys". */
  readonly wrapped: Buffer;
}

/** Finds wrapped keys for the keyring: a port. */
export interface TenantKeyStore {
  /**
   * Returns one generation of a tenant's key.
   * @throws Unavailable when the store cannot be reached
   */
  find(tenantId: string, generation: number): Promise<WrappedTenantKey | undefined>;

  /**
   * Returns the newest generation that is not retired, or the newest of all where every one is (the tenant is deleted).
   * @throws Unavailable when the store cannot be reached
   */
  findActive(tenantId: string): Promise<WrappedTenantKey | undefined>;
}
