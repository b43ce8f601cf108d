import { SetMetadata } from '@nestjs/common';
import type { AuditAction } from '../audit/actions.js';

export const ROUTE_PERMISSION = 'strongroom:permission';

/** Describes the access rule of a route and its audit action. */
export interface RoutePermission {
  readonly permission: string;
  readonly action: AuditAction;
  /** True if the route works in the tenant that the request names; otherwise it concerns the installation. */
  readonly inTenant: boolean;
  /** Keeps the route open during maintenance; by default it is closed then. */
  readonly duringMaintenance: boolean;
  /** Lets callers with `all_tenants` ask for all tenants at once, without naming one. */
  readonly acrossTenants?: boolean;
}

type Options = Partial<Pick<RoutePermission, 'duringMaintenance'>>;

/**
 * Requires a permission in the request's tenant. Every route is declared by this, by `RequireInstallationPermission` or
 * by `Public`.
 */
export function RequirePermission(
  permission: string,
  action: AuditAction,
  { acrossTenants = false }: Pick<RoutePermission, 'acrossTenants'> = {},
): MethodDecorator {
  return declare({ permission, action, inTenant: true, acrossTenants, duringMaintenance: false });
}

/** Requires a permission whether or not the request names a tenant. */
export function RequireInstallationPermission(
  permission: string,
  action: AuditAction,
  { duringMaintenance = false }: Options = {},
): MethodDecorator {
  return declare({ permission, action, inTenant: false, duringMaintenance });
}

function declare(required: RoutePermission): MethodDecorator {
  return SetMetadata(ROUTE_PERMISSION, required);
}
