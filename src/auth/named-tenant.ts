import type { AuthenticatedRequest } from './authenticated-request.js';
import { singleHeader } from './single-header.js';

/**
 * Returns the tenant that a request is about: the one in its path where the route says so, else that of its one
 * `tenant` header.
 */
export function namedTenant(request: Pick<AuthenticatedRequest, 'raw' | 'tenantInPath'>): string | undefined {
  return request.tenantInPath ?? singleHeader(request.raw, 'tenant');
}
