/** Identifies who did something and from where, for the audit trail. Its texts are bounded and hold no secrets. */
export interface Caller {
  readonly actorId: string | null;
  readonly actorName: string | null;
  readonly method: 'basic' | 'token' | 'cli' | 'system' | 'none';
  readonly requestId: string;
  readonly address: string | null;
  /** True for a request by HEAD, by which nothing leaves but the status and the headers. */
  readonly isHead?: boolean;
  /** Says why the caller made the request, in the caller's own words (`X-Reason`). */
  readonly reason?: string;
}

/**
 * Proves that a principal may act in a tenant. The tenant-scoping interceptor creates it, and it is passed on as an
 * argument.
 */
export interface TenantContext {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly userId: string;
  readonly username: string;
  readonly permissions: ReadonlySet<string>;
  /** True if the tenant takes changes of a single secret only if they say which state they are based on. */
  readonly requiresIfMatch?: boolean;
  readonly caller: Caller;
}
