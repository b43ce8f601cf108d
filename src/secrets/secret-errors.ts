import { kindOf } from '../api/input/what-came.js';
import { JsonText } from '../api/json/json-text.js';
import type { SecretValue } from '../crypto/secret-value.js';
import { BadParameters, Conflict, Forbidden, IllegalAction, NotFound } from '../common/errors.js';
import { printable } from '../common/printable.js';

/** Says that there is no such secret, in the words that clients match. */
export function secretNotFound(key: string): NotFound {
  return new NotFound(`Requested \`Secret\` with ID \`${key}\` was not found`);
}

/** Reports a taken key, even if the existing secret is private to another user: a key cannot be taken twice. */
export function secretExists(key: string): Conflict {
  return new Conflict(
    `Secret with key \`${key}\` already exists in this tenant or as a global one; change it with PATCH`,
  );
}

export function globalElsewhere(key: string): Conflict {
  return new Conflict(`Secret with key \`${key}\` cannot be global: another tenant has that key`);
}

export function foreignSecret(key: string): IllegalAction {
  return new IllegalAction(
    `Secret with key \`${key}\` is a global one of another tenant: only its own tenant can change it`,
  );
}

export function hiddenFrom(key: string): Forbidden {
  return new Forbidden(
    `The value of the secret \`${key}\` is hidden: only its creator and administrators can change or delete it`,
  );
}

export function mayNotMakeGlobal(): Forbidden {
  return new Forbidden('Only a system administrator can make a secret global (create_global_resource)');
}

export function narrower(key: string): IllegalAction {
  return new IllegalAction(`The visibility of the secret \`${key}\` can only be widened`);
}

export function textRequired({ format, text }: SecretValue): BadParameters {
  const kind = kindOf(format === 'text' ? text : new JsonText(text));
  return new BadParameters(
    `\`value\` must be a string that is not empty; anything else needs a \`schema\`; ${kind} came`,
  );
}

export function mayNotSetOwner(): Forbidden {
  return new Forbidden('Only a system administrator can give a secret to another user (set_owner)');
}

export function unknownOwner(username: string): BadParameters {
  return new BadParameters(`\`creator\`: there is no user \`${printable(username)}\``);
}

/** Says that there is no such provider, in the words that clients match. */
export function providerNotFound(name: string): NotFound {
  return new NotFound(`Requested \`SecretsProvider\` with ID \`${printable(name)}\` was not found`);
}
