import {
  applyDecorators,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { calledVersion } from './api-version.decorator.js';

/**
 * For a deletion under both prefixes: the handler gives what is left, or what was there last. Clients of the time of
 * /api/v3 take nothing but 200 with a body, those of /api/v3.1 expect 204.
 */
export function AnswersLastState(type: Type): MethodDecorator {
  return applyDecorators(
    UseInterceptors(LastStateInterceptor),
    ApiOkResponse({ type, description: 'Under /api/v3: what is left, or what was there last' }),
    ApiNoContentResponse({ description: 'Under /api/v3.1' }),
  );
}

class LastStateInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (calledVersion(context) === 'v3') return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map(() => {
        reply.status(204);
        return undefined;
      }),
    );
  }
}
