import type { DomainError } from '../../common/domain-error.js';
import { DecryptionError, UnknownKeyError } from '../../crypto/crypto-errors.js';
import { findCause } from '../../database/connection/causes/find-cause.js';
import { explainedCause } from '../../database/connection/connection-problem.js';
import { errorFields } from '../../observability/error-fields.js';
import type { Logger } from '../../observability/logger.js';

/**
 * Logs an error that was answered as `error`. What needs attention at once is logged with an alarm: a value that failed
 * to decrypt, and a row that row-level security refused.
 */
export function logFailure(logger: Logger, thrown: unknown, error: DomainError, requestId: string): void {
  const err = errorFields(thrown);
  if (isDecryptionFailure(thrown)) {
    logger.error({ alarm: 'decryption', requestId, err }, 'a stored value did not open');
    return;
  }
  const alarm = findCause(thrown)?.alarm;
  const reason = explainedCause(thrown);
  logger[error.level](
    { ...(alarm !== undefined && { alarm }), requestId, ...(reason !== undefined && { reason }), err },
    `answered ${error.status}`,
  );
}

/** Tells whether a value was altered or moved, or its key is gone. */
function isDecryptionFailure(thrown: unknown): boolean {
  return thrown instanceof DecryptionError || thrown instanceof UnknownKeyError;
}
