import type { FastifyRequest } from 'fastify';
import type { TenantContext } from '../common/tenant-context.js';
import type { Principal } from './principal.js';

/** A request as the guard and the interceptor complete it. */
export interface AuthenticatedRequest extends FastifyRequest {
  /** The tenant that the path names, where the route is about that one. */
  tenantInPath?: string;
  principal?: Principal;
  tenantContext?: TenantContext;
}
