import type { AuthenticatedRequest } from './authenticated-request.js';
import { singleHeader } from './single-header.js';

/** The tenant that a request is about: by its path where the route says so, else by its one `tenant` header. */
export function namedTenant(request: Pick<AuthenticatedRequest, 'raw' | 'tenantInPath'>): string | undefined {
  return request.tenantInPath ?? singleHeader(request.raw, 'tenant');
}
