import {
  ForbiddenException,
  RequestMethod,
  type CanActivate,
  type ExceptionFilter,
  type Type,
} from '@nestjs/common';
import { HEADERS_METADATA, HTTP_CODE_METADATA, METHOD_METADATA } from '@nestjs/common/constants.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AdmittingInterceptor } from '../tenant-scope/admitting-interceptor.js';
import { RouteContext } from './route-context.js';
import type { Parameter } from './route-parameters.js';

/** As Fastify calls it. */
export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

export interface RouteParts {
  readonly controller: object;
  readonly callback: (...values: unknown[]) => unknown;
  readonly parameters: readonly Parameter[];
  readonly guards: readonly CanActivate[];
  readonly interceptors: readonly AdmittingInterceptor[];
  readonly filter: ExceptionFilter;
  /** Sends what the handler gave. */
  readonly send: (reply: FastifyReply, answer: unknown) => unknown;
}

interface Header {
  readonly name: string;
  readonly value: string | (() => string);
}

/** A route that is gone through step by step: guards, interceptors, parameters, handler, answer; on any failure the filter. */
export class DirectRoute {
  private readonly type: Type;
  private readonly status: number;
  private readonly headers: readonly Header[];

  constructor(private readonly parts: RouteParts) {
    const { controller, callback } = parts;
    this.type = controller.constructor as Type;
    this.status = statusOf(callback);
    this.headers = (Reflect.getMetadata(HEADERS_METADATA, callback) ?? []) as Header[];
  }

  readonly handler: Handler = async (request, reply) => {
    const { controller, callback, parameters, guards, interceptors, filter, send } = this.parts;
    const context = new RouteContext(request, reply, this.type, callback);
    try {
      for (const guard of guards) {
        if ((await guard.canActivate(context)) !== true) throw new ForbiddenException();
      }
      void reply.code(this.status);
      for (const { name, value } of this.headers)
        void reply.header(name, typeof value === 'string' ? value : value());
      for (const interceptor of interceptors) await interceptor.admit(context);
      const values = parameters.map((parameter) => parameter(context));
      send(reply, await callback.apply(controller, values));
    } catch (error) {
      filter.catch(error, context);
    }
  };
}

/** As Nest has it: what a POST makes is created, unless the method says otherwise. */
function statusOf(callback: () => unknown): number {
  const said = Reflect.getMetadata(HTTP_CODE_METADATA, callback) as number | undefined;
  return said ?? (Reflect.getMetadata(METHOD_METADATA, callback) === RequestMethod.POST ? 201 : 200);
}
