import { applyDecorators } from '@nestjs/common';
import { TenantInPath } from '../../auth/tenant-in-path.decorator.js';
import { RequirePermission } from '../../tenant-scope/require-permission.decorator.js';
import { InstallationApi, TenantApi } from '../openapi/open-api.js';
import { documentedRoute, type RouteOptions } from './documented-route.js';

interface TenantRouteOptions extends RouteOptions {
  /** Whether who may work in all tenants may ask for all of them at once, without naming one. */
  readonly acrossTenants?: boolean;
  /** Whether the path names the tenant as `{name}`, rather than the `tenant` header. */
  readonly tenantInPath?: boolean;
}

/**
 * Declares a route that works within a tenant: the permission that it needs there, the action of its events, and what the
 * API's description says of it.
 */
export function TenantRoute(
  permission: string,
  action: Parameters<typeof RequirePermission>[1],
  { acrossTenants = false, tenantInPath = false, ...options }: TenantRouteOptions,
): MethodDecorator {
  return applyDecorators(
    ...(tenantInPath ? [TenantInPath(), InstallationApi()] : [TenantApi()]),
    RequirePermission(permission, action, { acrossTenants }),
    documentedRoute(options),
  );
}
