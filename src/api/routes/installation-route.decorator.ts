import { applyDecorators } from '@nestjs/common';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';
import { InstallationApi } from '../openapi/secured-api.decorator.js';
import { documentedRoute, type RouteOptions } from './documented-route.js';

interface InstallationRouteOptions extends RouteOptions {
  /** Keeps the route open during maintenance. */
  readonly duringMaintenance?: boolean;
}

/**
 * Declares a route of the whole installation, without a tenant: its permission, its audit action and its documentation.
 */
export function InstallationRoute(
  permission: string,
  action: Parameters<typeof RequireInstallationPermission>[1],
  { duringMaintenance = false, ...options }: InstallationRouteOptions,
): MethodDecorator {
  return applyDecorators(
    InstallationApi(),
    RequireInstallationPermission(permission, action, { duringMaintenance }),
    documentedRoute(options),
  );
}
