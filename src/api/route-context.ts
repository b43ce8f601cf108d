import type { ExecutionContext, Type } from '@nestjs/common';
import type { HttpArgumentsHost } from '@nestjs/common/interfaces/features/arguments-host.interface.js';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * What guards, interceptors, parameters and filters are told of a request over HTTP: one object for all of them. They say
 * what types they get, as with Nest's own.
 */
export class RouteContext implements ExecutionContext, HttpArgumentsHost {
  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly controller: Type,
    private readonly handler: () => unknown,
  ) {}

  getClass(): Type<never> {
    return this.controller as Type<never>;
  }

  getHandler(): () => unknown {
    return this.handler;
  }

  switchToHttp(): HttpArgumentsHost {
    return this;
  }

  getRequest(): never {
    return this.request as never;
  }

  getResponse(): never {
    return this.reply as never;
  }

  getNext(): never {
    return undefined as never;
  }

  getArgs(): never {
    return [this.request, this.reply] as never;
  }

  getArgByIndex(index: number): never {
    return (this.getArgs() as unknown[])[index] as never;
  }

  getType(): never {
    return 'http' as never;
  }

  switchToRpc(): never {
    throw new TypeError('A request over HTTP is no message');
  }

  switchToWs(): never {
    throw new TypeError('A request over HTTP is no message');
  }
}
