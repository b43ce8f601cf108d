import type { Caller } from '../common/tenant-context.js';

/** The living tenant that a request names. */
interface NamedTenant {
  readonly id: string;
  readonly name: string;
  readonly keyGeneration: number;
}

/** Who is calling, proved by a password, with what they may do in the tenant that the request names. */
export interface Principal {
  readonly userId: string;
  readonly username: string;
  /** None where the request names no tenant, or one that does not exist. */
  readonly tenant: NamedTenant | undefined;
  /** Effective in that tenant: by system role and membership, direct and through groups. */
  readonly permissions: ReadonlySet<string>;
  readonly caller: Caller;
}
