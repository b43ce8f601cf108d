import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { calledVersion } from './api-version.decorator.js';

/**
 * Answers 204 under v3.1 and drops the handler's result. Clients of v3 expect 200 with a body, those of v3.1 expect
 * 204.
 */
export class NoContentInterceptor implements NestInterceptor {
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
