import type { FastifyRequest } from 'fastify';
import type { Caller } from '../common/tenant-context.js';
import type { Identity } from './identity-lookup.js';
import { permissionSet } from './permission-set.js';

/** The living tenant that a request names. */
interface NamedTenant {
  readonly id: string;
  readonly name: string;
}

/** Who is calling, proved by a password or a token, with what they may do in the tenant that the request names. */
export interface Principal {
  readonly userId: string;
  readonly username: string;
  /** None where the request names no tenant, or one that does not exist. */
  readonly tenant: NamedTenant | undefined;
  /** Effective in that tenant: by system role and membership, direct and through groups. */
  readonly permissions: ReadonlySet<string>;
  /** Whether the installation is in maintenance: then only some routes serve anybody. */
  readonly inMaintenance: boolean;
  /** The token that proved it, where it was one. */
  readonly tokenId: string | undefined;
  readonly caller: Caller;
}

/** The caller as the audit trail records it. */
export function callerOf(
  request: FastifyRequest,
  identity: Identity,
  method: 'basic' | 'token' = 'basic',
): Caller {
  return {
    actorId: identity.user_id,
    actorName: identity.username,
    method,
    requestId: request.id,
    address: request.ip,
  };
}

/** @throws Error for an identity that is nobody's */
export function principalOf(identity: Identity, caller: Caller, tokenId?: string): Principal {
  const { user_id: userId, username, tenant_id: id, tenant_name: name } = identity;
  if (userId === null || username === null) throw new Error('A principal without a user');
  return {
    userId,
    username,
    tenant: id !== null && name !== null ? { id, name } : undefined,
    permissions: permissionSet(identity.permissions),
    inMaintenance: identity.maintenance,
    tokenId,
    caller,
  };
}
