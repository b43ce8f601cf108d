import type { FastifyRequest } from 'fastify';
import type { TenantContext } from '../common/tenant-context.js';
import type { Principal } from './principal.js';

/** Represents a request once the guard and the interceptor have completed it. */
export interface AuthenticatedRequest extends FastifyRequest {
  /** Names the tenant in the path, on routes that are about that tenant. */
  tenantInPath?: string;
  principal?: Principal;
  tenantContext?: TenantContext;
}
