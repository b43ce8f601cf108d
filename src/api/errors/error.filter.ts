import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../observability/logger.js';
import { errorBody } from './error-body.js';
import { helpLink } from './errors-page.js';
import { logFailure } from './log-failure.js';
import { toDomainError } from './to-domain-error.js';

/**
 * Answers every error with the one error body. Logs server errors (5xx) only; client errors appear in the access log.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toDomainError(thrown);
    if (error.status >= 500) logFailure(this.logger, thrown, error, request);
    if (reply.sent) return;
    void reply
      .code(error.status)
      .headers({ ...error.headers, ...helpLink(error.code, request.raw.url) })
      .type('application/json; charset=utf-8')
      .send(errorBody(error, request.id));
  }
}
