import type { Conditions } from '../api/conditions/conditions.js';
import type { SecretValue } from '../crypto/secret-value.js';
import { foreignSecret, globalElsewhere, nothingToMatch, secretNotFound } from './secret-errors.js';
import type { OpenedSecret, StoredSecret } from './secret.js';
import type { UpdateOutcome } from './secrets.repository.js';

/**
 * Returns the secret that was changed.
 * @throws the error of any other outcome, as clients know it
 */
export function changedSecret(key: string, outcome: UpdateOutcome, { ifMatch }: Conditions): StoredSecret {
  switch (outcome.kind) {
    case 'changed':
      return outcome.secret;
    case 'absent':
      throw ifMatch === undefined ? secretNotFound(key) : nothingToMatch(key);
    case 'foreign':
      throw foreignSecret(key);
    case 'exists':
      throw globalElsewhere(key);
    case 'refused':
      throw outcome.error;
  }
}

/** Returns a secret as answers to changes show it: without options, which only reads return. */
export function shown(secret: StoredSecret, value: SecretValue | undefined): OpenedSecret {
  return { ...secret, value, providerOptions: null };
}
