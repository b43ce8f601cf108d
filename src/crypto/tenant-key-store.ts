/** One generation of a tenant's key, as it is stored. */
export interface WrappedTenantKey {
  readonly tenantId: string;
  readonly generation: number;
  readonly rootKeyId: string;
  /** docs/envelope-format.md, "Wrapped tenant keys". */
  readonly wrapped: Buffer;
}

/** The port through which the keyring finds wrapped keys. */
export interface TenantKeyStore {
  /** @throws Unavailable when the store cannot be reached */
  find(tenantId: string, generation: number): Promise<WrappedTenantKey | undefined>;
}
