import { applyDecorators } from '@nestjs/common';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';
import { InstallationApi } from '../openapi/open-api.js';
import { documentedRoute, type RouteOptions } from './documented-route.js';

interface InstallationRouteOptions extends RouteOptions {
  /** Whether it also serves during maintenance. */
  readonly duringMaintenance?: boolean;
}

/**
 * Declares a route that is about the installation and needs no tenant: its permission, the action of its events, and what
 * the API's description says of it.
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
