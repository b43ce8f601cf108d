import { flagOf } from '../api/is-flag.decorator.js';
import { IllegalAction } from '../common/errors.js';
import type { NewSecretBody, SecretChangeBody } from './dto/new-secret.body.js';
import type { WantedChange } from './secret-change.js';
import type { WantedSecret } from './secrets.service.js';

export function toWantedSecret(body: NewSecretBody): WantedSecret {
  return {
    text: body.value,
    visibility: body.visibility ?? undefined,
    isHiddenValue: flagOf(body.is_hidden_value),
    updateIfExists: flagOf(body.update_if_exists),
  };
}

/** @throws IllegalAction where nothing is to change */
export function toWantedChange(body: SecretChangeBody): WantedChange {
  const wanted: WantedChange = {
    text: body.value ?? undefined,
    visibility: body.visibility ?? undefined,
    isHiddenValue: flagOf(body.is_hidden_value),
  };
  if (Object.values(wanted).every((each) => each === undefined))
    throw new IllegalAction('Nothing to change: give `value`, `visibility` or `is_hidden_value`');
  return wanted;
}
