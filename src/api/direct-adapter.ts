import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Handler } from './direct-route.js';
import type { DirectRoutes } from './direct-routes.js';

/** Fastify's adapter, which gives the routes that can do without Nest's dispatcher straight to Fastify. */
export class DirectAdapter extends FastifyAdapter {
  private routes: DirectRoutes | undefined;

  /** To be called before the application registers its routes. */
  handleDirectly(routes: DirectRoutes): void {
    this.routes = routes;
  }

  override get(...route: unknown[]): FastifyInstance {
    return super.get(...this.directly(route));
  }

  override put(...route: unknown[]): FastifyInstance {
    return super.put(...this.directly(route));
  }

  override patch(...route: unknown[]): FastifyInstance {
    return super.patch(...this.directly(route));
  }

  override post(...route: unknown[]): FastifyInstance {
    return super.post(...this.directly(route));
  }

  override delete(...route: unknown[]): FastifyInstance {
    return super.delete(...this.directly(route));
  }

  /** A route's handler, which comes last, replaced where there is a direct one, with what was declared for the route. */
  private directly(route: unknown[]): unknown[] {
    const handler = route.at(-1) as Handler;
    const direct = this.routes?.routeNamed(handler.name)?.handler;
    if (direct === undefined) return route;
    for (const key of Reflect.getMetadataKeys(handler) as unknown[])
      Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), direct);
    return [...route.slice(0, -1), Object.assign(direct, handler)];
  }
}
