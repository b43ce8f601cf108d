import type { DomainError } from '../../common/domain-error.js';
import { DecryptionError, UnknownKeyError } from '../../crypto/crypto-errors.js';
import { errorFields } from '../../observability/error-fields.js';
import type { Logger } from '../../observability/logger.js';

/** Logs what was thrown and answered as `error`; a value that did not open with an alarm: somebody should look at once. */
export function logFailure(logger: Logger, thrown: unknown, error: DomainError, requestId: string): void {
  const err = errorFields(thrown);
  if (isDecryptionFailure(thrown))
    logger.error({ alarm: 'decryption', requestId, err }, 'a stored value did not open');
  else logger[error.level]({ requestId, err }, `answered ${error.status}`);
}

/** Altered or moved values, or keys that are gone. */
function isDecryptionFailure(thrown: unknown): boolean {
  return thrown instanceof DecryptionError || thrown instanceof UnknownKeyError;
}
