import { SetMetadata } from '@nestjs/common';
import type { AuditAction } from '../audit/actions.js';

export const ROUTE_PERMISSION = 'strongroom:permission';

/** What a route needs, and how the audit trail calls it. */
export interface RoutePermission {
  readonly permission: string;
  readonly action: AuditAction;
  /** Whether the route works in the tenant that the request names; else it is about the installation. */
  readonly inTenant: boolean;
  /** Whether it also serves during maintenance; a route that does not say so is closed then. */
  readonly duringMaintenance: boolean;
  /** Whether who may work in all tenants may ask for all of them at once, without naming one. */
  readonly acrossTenants?: boolean;
}

type Options = Partial<Pick<RoutePermission, 'duringMaintenance'>>;

/**
 * The permission that the principal needs in the tenant of the request. Every route declares one of these two, or is
 * `@Public()`.
 */
export function RequirePermission(
  permission: string,
  action: AuditAction,
  { acrossTenants = false }: Pick<RoutePermission, 'acrossTenants'> = {},
): MethodDecorator {
  return declare({ permission, action, inTenant: true, acrossTenants, duringMaintenance: false });
}

/** The permission that the principal needs, whether or not the request names a tenant. */
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
