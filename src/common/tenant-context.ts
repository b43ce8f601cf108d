/** Who did something and from where, as the audit trail records it. Bounded and free of secrets. */
export interface Caller {
  readonly actorId: string | null;
  readonly actorName: string | null;
  readonly method: 'basic' | 'token' | 'cli' | 'system' | 'none';
  readonly requestId: string;
  readonly address: string | null;
}

/** The proof that a principal may act in a tenant. Made by the tenant-scoping interceptor, handed on as an argument. */
export interface TenantContext {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly userId: string;
  readonly username: string;
  readonly permissions: ReadonlySet<string>;
  readonly caller: Caller;
}
