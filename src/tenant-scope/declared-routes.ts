import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { AuditAction } from '../audit/actions.js';
import { IS_PUBLIC } from '../auth/public.decorator.js';
import { StartupError } from '../common/startup-error.js';
import { ROUTE_PERMISSION, type RoutePermission } from './require-permission.decorator.js';

export interface DeclaredRoute {
  /** The route's name, as `Controller.method`. */
  readonly name: string;
  /** The permission; `public` for a public route. */
  readonly permission: string;
  /** The audit action; undefined for a public route. */
  readonly action: AuditAction | undefined;
  /** True if the route works in the tenant that the request names. */
  readonly inTenant: boolean;
}

/**
 * Fails the start when a route declares neither a permission nor that it is public, so that a forgotten declaration
 * closes a route. Every method of a controller counts as a route, since Nest does not publish which ones are; helpers
 * must be functions outside the class.
 */
@Injectable()
export class DeclaredRoutes implements OnModuleInit {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    this.all();
  }

  /**
   * Returns all routes of the application.
   * @throws StartupError which names a route without a declaration
   */
  all(): readonly DeclaredRoute[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (metatype === null) return [];
      const prototype = metatype.prototype as Record<string, () => unknown>;
      return this.scanner.getAllMethodNames(prototype).map((method) => {
        const name = `${metatype.name}.${method}`;
        return { name, ...this.declarationOf(name, prototype[method], metatype as Type) };
      });
    });
  }

  private declarationOf(
    name: string,
    handler: (() => unknown) | undefined,
    controller: Type,
  ): Omit<DeclaredRoute, 'name'> {
    if (handler !== undefined) {
      const declared = this.reflector.get<RoutePermission | undefined>(ROUTE_PERMISSION, handler);
      if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [handler, controller]))
        return { permission: 'public', action: undefined, inTenant: false };
      if (declared !== undefined) {
        const { permission, action, inTenant } = declared;
        return { permission, action, inTenant };
      }
    }
    throw new StartupError(
      `The route ${name} declares no permission: add @RequirePermission() or @Public(), or make it a function`,
    );
  }
}
