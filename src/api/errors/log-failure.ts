import type { DomainError } from '../../common/domain-error.js';
import { DecryptionError, UnknownKeyError } from '../../crypto/crypto-errors.js';
import { explainedCause } from '../../database/connection/connection-problem.js';
import { errorFields } from '../../observability/error-fields.js';
import type { Logger } from '../../observability/logger.js';

/**
 * Logs an error that was answered as `error`. A value that failed to decrypt is logged with an alarm, since it needs
 * attention at once.
 */
export function logFailure(logger: Logger, thrown: unknown, error: DomainError, requestId: string): void {
  const err = errorFields(thrown);
  if (isDecryptionFailure(thrown))
    logger.error({ alarm: 'decryption', requestId, err }, 'a stored value did not open');
  else {
    const reason = explainedCause(thrown);
    logger[error.level](
      { requestId, ...(reason !== undefined && { reason }), err },
      `answered ${error.status}`,
    );
  }
}

/** Tells whether a value was altered or moved, or its key is gone. */
function isDecryptionFailure(thrown: unknown): boolean {
  return thrown instanceof DecryptionError || thrown instanceof UnknownKeyError;
}
