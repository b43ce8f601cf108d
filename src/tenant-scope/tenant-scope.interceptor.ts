import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { newEvent } from '../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../audit/audit-writer.js';
import type { AuthenticatedRequest } from '../auth/authenticated-request.js';
import type { Principal } from '../auth/principal.js';
import { RefusedCallers } from './refused-callers.js';
import { namedTenant } from '../auth/named-tenant.js';
import { Forbidden, MaintenanceModeActive } from '../common/errors.js';
import { requireReason } from '../common/reason.js';
import type { TenantContext } from '../common/tenant-context.js';
import { permissionRefused, tenantRefused } from '../common/tenant-refused.js';
import { ROUTE_PERMISSION, type RoutePermission } from './require-permission.decorator.js';

/**
 * Derives the tenant's context from the principal, the tenant header and the route's permission, or refuses the request
 * and records the refusal. During maintenance it refuses every route that is not declared to stay open.
 */
@Injectable()
export class TenantScopeInterceptor implements NestInterceptor {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(RefusedCallers) private readonly callers: RefusedCallers,
  ) {}

  /**
   * Checks the request before the handler runs.
   * @throws Forbidden, MaintenanceModeActive once the refusal is recorded
   * @throws BadParameters for a reason that cannot be recorded
   */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    await this.admit(context);
    return next.handle();
  }

  private async admit(context: ExecutionContext): Promise<void> {
    const required = this.reflector.get<RoutePermission | undefined>(ROUTE_PERMISSION, context.getHandler());
    if (required === undefined) return;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const { principal } = request;
    if (principal === undefined) throw new Error('A route with a permission has no principal');
    const tenant = required.inTenant ? contextOf(request, principal, required) : undefined;
    const permitted = required.inTenant
      ? tenant !== undefined
      : principal.permissions.has(required.permission);
    if (!permitted) throw await this.refusal(request, principal, required);
    requireReason(request.headers);
    if (principal.inMaintenance && !required.duringMaintenance) {
      await this.record(request, principal, required, 'maintenance');
      throw new MaintenanceModeActive();
    }
    if (tenant !== undefined) request.tenantContext = tenant;
  }

  /**
   * Records the refusal and returns its error, which is the same for a tenant that does not exist and one that the
   * caller may not enter.
   */
  private async refusal(
    request: AuthenticatedRequest,
    principal: Principal,
    required: RoutePermission,
  ): Promise<Forbidden> {
    await this.record(request, principal, required, 'forbidden');
    const { permission, inTenant } = required;
    const name = namedTenant(request);
    if (name !== undefined && name !== '') return tenantRefused(permission, name);
    if (!inTenant) return permissionRefused(permission);
    return new Forbidden('Name one tenant that you may work in: send its name in one `tenant` header');
  }

  private async record(
    request: AuthenticatedRequest,
    principal: Principal,
    { action, inTenant }: RoutePermission,
    outcome: 'forbidden' | 'maintenance',
  ): Promise<void> {
    const { key, name: resource = key } = request.params as { key?: string; name?: string };
    const logId = (inTenant ? principal.tenant?.id : undefined) ?? SYSTEM_LOG;
    const caller = inTenant ? await this.callers.shownIn(logId, principal) : principal.caller;
    await this.audit.record(logId, newEvent(action, caller, { key: resource ?? null, outcome }));
  }
}

function contextOf(
  request: AuthenticatedRequest,
  principal: Principal,
  required: RoutePermission,
): TenantContext | undefined {
  return tenantContextOf(principal, required.permission) ?? allTenantsContextOf(request, principal, required);
}

function tenantContextOf(principal: Principal, permission: string): TenantContext | undefined {
  const { tenant, permissions, userId, username, caller } = principal;
  if (tenant === undefined || !permissions.has(permission)) return undefined;
  const { id: tenantId, name: tenantName, requiresIfMatch } = tenant;
  return Object.freeze({ tenantId, tenantName, requiresIfMatch, userId, username, permissions, caller });
}

/** Returns the installation's own context if the caller asks for all tenants, may do so, and names none. */
function allTenantsContextOf(
  request: AuthenticatedRequest,
  { permissions, userId, username, caller }: Principal,
  { permission, acrossTenants }: RoutePermission,
): TenantContext | undefined {
  const { _all_tenants: all } = request.query as { _all_tenants?: unknown };
  const asksForAll = typeof all === 'string' && all.toLowerCase() === 'true';
  if (acrossTenants !== true || !asksForAll || request.raw.headers.tenant !== undefined) return undefined;
  if (!permissions.has('all_tenants') || !permissions.has(permission)) return undefined;
  const noTenant = { tenantId: SYSTEM_LOG, tenantName: '' };
  return Object.freeze({ ...noTenant, userId, username, permissions, caller });
}
