/** Says when someone last read a version with its value. */
export interface LastRead {
  readonly version: number;
  readonly readAt: Date;
  /** The name of the user; null for a reader from another tenant. */
  readonly username: string | null;
  /** The name of the tenant of a reader from another tenant, of whom nothing else is known. */
  readonly tenantName: string | null;
}

/** Tells when a secret was last read, as far as it is known. */
export interface LastReads {
  readonly creatorId: string;
  /** Reads from before this time are not known: when noting them began, or the creation of the secret if that was later. */
  readonly since: Date;
  /** True if the secret was created when reads were noted already. */
  readonly isComplete: boolean;
  /** Reads after this time may not be known yet. */
  readonly until: Date;
  /** The latest first. */
  readonly reads: readonly LastRead[];
}

/** Holds what is known of the reads of a secret, or says why the caller does not learn it. */
export type LastReadsOutcome =
  { readonly kind: 'found'; readonly lastReads: LastReads } | { readonly kind: 'absent' | 'foreign' };
