import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '../common/domain-error.js';
import { DecryptionError, UnknownKeyError } from '../crypto/crypto-errors.js';
import { errorFields } from '../observability/error-fields.js';
import type { Logger } from '../observability/logger.js';
import { errorBody } from './error-body.js';
import { toDomainError } from './to-domain-error.js';

/** Turns whatever was thrown into the one error body; failures are logged, refusals are the access log's to tell. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toDomainError(thrown);
    if (error.status >= 500) this.log(thrown, error, request.id);
    if (reply.sent) return;
    void reply
      .code(error.status)
      .headers(error.headers)
      .type('application/json; charset=utf-8')
      .send(errorBody(error, request.id));
  }

  private log(thrown: unknown, error: DomainError, requestId: string): void {
    const err = errorFields(thrown);
    if (isDecryptionFailure(thrown))
      this.logger.error({ alarm: 'decryption', requestId, err }, 'a stored value did not open');
    else this.logger[error.level]({ requestId, err }, `answered ${error.status}`);
  }
}

/** Altered or moved values, or keys that are gone: somebody should look at once. */
function isDecryptionFailure(thrown: unknown): boolean {
  return thrown instanceof DecryptionError || thrown instanceof UnknownKeyError;
}
