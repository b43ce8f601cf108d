import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { AuditAction } from '../audit/actions.js';
import { IS_PUBLIC } from '../auth/public.decorator.js';
import { StartupError } from '../common/startup-error.js';
import { ROUTE_PERMISSION, type RoutePermission } from './require-permission.decorator.js';

export interface DeclaredRoute {
  /** `Controller.method`. */
  readonly name: string;
  /** `public` for a route that is open. */
  readonly permission: string;
  /** How the audit trail calls it; undefined for a route that is open. */
  readonly action: AuditAction | undefined;
  /** Whether it works in the tenant that the request names. */
  readonly inTenant: boolean;
}

/**
 * Refuses to boot where a route declares neither a permission nor that it is public: forgotten means closed. Takes every
 * method of a controller for a route, since Nest does not publish which of them are; helpers of a controller are
 * functions beside it.
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

  /** @throws StartupError that names a route without a declaration */
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
