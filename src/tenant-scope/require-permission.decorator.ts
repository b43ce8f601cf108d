import { SetMetadata } from '@nestjs/common';

export const ROUTE_PERMISSION = 'strongroom:permission';

/** What a route needs, and how the audit trail calls it. */
export interface RoutePermission {
  readonly permission: string;
  readonly action: string;
}

/** The permission that the principal needs in the tenant of the request. Every route declares one, or is `@Public()`. */
export function RequirePermission(permission: string, action: string): MethodDecorator {
  return SetMetadata(ROUTE_PERMISSION, { permission, action } satisfies RoutePermission);
}
