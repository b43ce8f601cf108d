import type { FastifyRequest } from 'fastify';
import { reasonOf } from '../common/reason.js';
import type { Caller } from '../common/tenant-context.js';
import type { Identity } from './identity-lookup.js';
import { permissionSet } from './permission-set.js';

/** Identifies the living tenant that a request names. */
interface NamedTenant {
  readonly id: string;
  readonly name: string;
  /** True if it takes changes of a single secret only if they say which state they are based on. */
  readonly requiresIfMatch: boolean;
}

/**
 * Identifies the caller, authenticated by a password or a token, with the permissions in the tenant that the request
 * names.
 */
export interface Principal {
  readonly userId: string;
  readonly username: string;
  /** Is undefined if the request names no tenant, or one that does not exist. */
  readonly tenant: NamedTenant | undefined;
  /** Lists the permissions in that tenant, by system role and membership, direct and through groups. */
  readonly permissions: ReadonlySet<string>;
  /** Tells whether the installation is in maintenance mode, in which only some routes are served. */
  readonly inMaintenance: boolean;
  /** Identifies the token that authenticated the request, if any. */
  readonly tokenId: string | undefined;
  /** Counts how often all tokens of the user had been ended when the request was admitted. */
  readonly tokenEpoch: number;
  readonly caller: Caller;
  /** The hash that the credentials were compared with: the token's, or the password's. */
  readonly proof: Buffer | string | null;
}

/** Returns the caller in the form that the audit trail records. */
export function callerOf(
  request: FastifyRequest,
  identity: Identity,
  method: 'basic' | 'token' = 'basic',
): Caller {
  const caller = {
    actorId: identity.user_id,
    actorName: identity.username,
    method,
    requestId: request.id,
    address: addressOf(request),
    isHead: request.method === 'HEAD',
  };
  const reason = reasonOf(request.headers);
  return reason === undefined ? caller : { ...caller, reason };
}

/** Returns the caller's address; null once the connection has ended. */
function addressOf({ ip }: { readonly ip?: string }): string | null {
  return ip ?? null;
}

/** @throws Error for an identity without a user */
export function principalOf(identity: Identity, caller: Caller, tokenId?: string): Principal {
  const { user_id: userId, username, tenant_id: id, tenant_name: name } = identity;
  const { require_if_match: requiresIfMatch } = identity;
  if (userId === null || username === null) throw new Error('A principal without a user');
  return {
    userId,
    username,
    tenant: id !== null && name !== null ? { id, name, requiresIfMatch } : undefined,
    permissions: permissionSet(identity.permissions),
    inMaintenance: identity.maintenance,
    tokenId,
    tokenEpoch: identity.token_epoch ?? 0,
    caller,
    proof: tokenId === undefined ? identity.password_hash : identity.token_hash,
  };
}
