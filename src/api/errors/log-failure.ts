import type { FastifyRequest } from 'fastify';
import type { DomainError } from '../../common/domain-error.js';
import { DecryptionError, UnknownKeyError } from '../../crypto/crypto-errors.js';
import { failureFields } from '../../database/readiness/failure-fields.js';
import { errorFields } from '../../observability/error-fields.js';
import type { Logger } from '../../observability/logger.js';
import { traceIdOf } from '../http/headers/trace-id-of.js';

/**
 * Logs an error that was answered as `error`, in one line. What needs attention at once is logged with an alarm: a
 * value that failed to decrypt, a row that row-level security refused, and damaged data.
 */
export function logFailure(
  logger: Logger,
  thrown: unknown,
  error: DomainError,
  { id: requestId, raw }: Pick<FastifyRequest, 'id' | 'raw'>,
): void {
  const request = { requestId, traceId: traceIdOf(raw) };
  if (isDecryptionFailure(thrown)) {
    const err = errorFields(thrown);
    logger.error({ alarm: 'decryption', ...request, err }, 'a stored value did not open');
    return;
  }
  const fields = { ...request, errorCode: error.code, ...failureFields(thrown) };
  logger[error.level](fields, `answered ${error.status}`);
}

/** Tells whether a value was altered or moved, or its key is gone. */
function isDecryptionFailure(thrown: unknown): boolean {
  return thrown instanceof DecryptionError || thrown instanceof UnknownKeyError;
}
