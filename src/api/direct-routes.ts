import type { ExceptionFilter, Type } from '@nestjs/common';
import {
  EXCEPTION_FILTERS_METADATA,
  FILTER_CATCH_EXCEPTIONS,
  GUARDS_METADATA,
  HOST_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  REDIRECT_METADATA,
  RENDER_METADATA,
  SSE_METADATA,
  VERSION_METADATA,
} from '@nestjs/common/constants.js';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { isAdmitting } from '../tenant-scope/admitting-interceptor.js';
import { DirectRoute } from './direct-route.js';
import { readParameters } from './route-parameters.js';

/** What a controller or a method may have of its own, that only Nest's dispatcher knows how to go about. */
const OWN = [
  ...[GUARDS_METADATA, INTERCEPTORS_METADATA, PIPES_METADATA, EXCEPTION_FILTERS_METADATA],
  ...[REDIRECT_METADATA, RENDER_METADATA, SSE_METADATA, HOST_METADATA, VERSION_METADATA],
];

/**
 * Finds the routes that can do without Nest's dispatcher: guards, interceptors, handler and filter are called one after
 * the other, as it would, without its Observables (docs/adr/0019). What has anything of its own is left to Nest, and so
 * is everything as soon as something holds for all routes that cannot be called so.
 */
export class DirectRoutes {
  private readonly config: ApplicationConfig;

  constructor(private readonly app: NestFastifyApplication) {
    this.config = app.get(ApplicationConfig, { strict: false });
  }

  /**
   * To be called once the application's parts are made, as they are when it registers its routes.
   * @param name as Nest names a route's handler: `Controller.method`
   * @returns nothing for a route that is Nest's
   */
  routeNamed(name: string): DirectRoute | undefined {
    const [className = '', method = ''] = name.split('.');
    const controller = this.controllerNamed(className);
    if (controller === undefined || !(method in controller)) return undefined;
    const callback = controller[method as never] as () => unknown;
    const type = controller.constructor as Type;
    const parameters = readParameters(type, method);
    const interceptors = this.config.getGlobalInterceptors();
    const filter = this.onlyFilter();
    if (hasOwn(type) || hasOwn(callback)) return undefined;
    if (parameters === undefined || filter === undefined || !interceptors.every(isAdmitting))
      return undefined;
    const adapter = this.app.getHttpAdapter();
    const send = (reply: FastifyReply, answer: unknown): unknown => adapter.reply(reply, answer);
    const guards = this.config.getGlobalGuards();
    return new DirectRoute({ controller, callback, parameters, guards, interceptors, filter, send });
  }

  /** The filter of all routes, where there is one, and nothing else but guards and interceptors that are made once. */
  private onlyFilter(): ExceptionFilter | undefined {
    const { config } = this;
    const [filter, ...others] = [
      ...config.getGlobalFilters(),
      ...config.getGlobalPipes(),
      ...config.getGlobalRequestFilters(),
      ...config.getGlobalRequestGuards(),
      ...config.getGlobalRequestInterceptors(),
      ...config.getGlobalRequestPipes(),
    ];
    return others.length === 0 && catchesAll(filter as ExceptionFilter | undefined)
      ? (filter as ExceptionFilter)
      : undefined;
  }

  /** The one controller of that name, where it is made once. */
  private controllerNamed(name: string): object | undefined {
    const [found, ...more] = [...this.app.get(ModulesContainer).values()]
      .flatMap(({ controllers }) => [...controllers.values()])
      .filter((controller) => controller.name === name);
    const once = more.length === 0 && found?.isDependencyTreeStatic() === true;
    return once ? found.instance : undefined;
  }
}

function hasOwn(target: object): boolean {
  return OWN.some((key) => Reflect.getMetadata(key, target) !== undefined);
}

function catchesAll(filter: ExceptionFilter | undefined): boolean {
  if (filter === undefined) return false;
  const kinds = Reflect.getMetadata(FILTER_CATCH_EXCEPTIONS, filter.constructor) as unknown[] | undefined;
  return kinds?.length === 0;
}
