import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { AuthenticatedRequest } from '../auth/authenticated-request.js';
import type { TenantContext } from '../common/tenant-context.js';

/** Injects the context of the tenant that the request works in. */
export const Tenant = createParamDecorator((_: unknown, context: ExecutionContext): TenantContext => {
  const { tenantContext } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (tenantContext === undefined) throw new Error('No tenant was established for this route');
  return tenantContext;
});
