import { applyDecorators } from '@nestjs/common';
import { TenantInPath } from '../../auth/tenant-in-path.decorator.js';
import { RequirePermission } from '../../tenant-scope/require-permission.decorator.js';
import { InstallationApi, TenantApi } from '../openapi/secured-api.decorator.js';
import { documentedRoute, type RouteOptions } from './documented-route.js';

interface TenantRouteOptions extends RouteOptions {
  /** Lets callers with `all_tenants` ask for all tenants at once, without naming one. */
  readonly acrossTenants?: boolean;
  /** Takes the tenant from `{name}` in the path instead of the `tenant` header. */
  readonly tenantInPath?: boolean;
}

/** Declares a route within a tenant: its permission there, its audit action and its documentation. */
export function TenantRoute(
  permission: string,
  action: Parameters<typeof RequirePermission>[1],
  { acrossTenants = false, tenantInPath = false, ...options }: TenantRouteOptions,
): MethodDecorator {
  return applyDecorators(
    ...(tenantInPath ? [TenantInPath(), InstallationApi()] : [TenantApi({ acrossTenants })]),
    RequirePermission(permission, action, { acrossTenants }),
    documentedRoute(options),
  );
}
