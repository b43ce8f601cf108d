import { kindOf } from '../api/input/what-came.js';
import { JsonText } from '../api/json/json-text.js';
import type { SecretValue } from '../crypto/secret-value.js';
import {
  BadParameters,
  Conflict,
  Forbidden,
  IllegalAction,
  NotFound,
  PreconditionFailed,
  PreconditionRequired,
  type PresentState,
} from '../common/errors.js';
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

/** Answers a condition that another state fails. */
export function otherState(key: string, state: PresentState): PreconditionFailed {
  return new PreconditionFailed(
    `The secret \`${key}\` is not in the state that the request demands: ${described(state)}; read it again, and make the ` +
      'change on what it is now',
    state,
  );
}

/** Answers a condition for which the secret would have to exist; one that the caller does not see is the same. */
export function nothingToMatch(key: string): PreconditionFailed {
  return new PreconditionFailed(
    `The secret \`${key}\` is not in the state that \`If-Match\` demands: it was deleted, never existed, or is private to ` +
      'another user; PUT without `If-Match` creates a secret',
  );
}

/** Answers `If-None-Match: *` with PUT, also where the existing secret is private to another user. */
export function existsAlready(key: string, state?: PresentState): PreconditionFailed {
  const more = state === undefined ? '' : `: ${described(state)}`;
  return new PreconditionFailed(
    `Secret with key \`${key}\` already exists in this tenant or as a global one, and \`If-None-Match: *\` creates only${more}`,
    state,
  );
}

export function ifMatchRequired(key: string, tenantName: string): PreconditionRequired {
  return new PreconditionRequired(
    `The tenant \`${printable(tenantName)}\` takes changes with \`If-Match\` only: read the secret \`${key}\` and send the ` +
      '`ETag` of the answer, or `If-Match: *` to change whatever it is (an item of a bulk write has it as `if_match`)',
  );
}

export function ifMatchNeedsUpdate(): BadParameters {
  return new BadParameters(
    '`If-Match` with PUT, and `if_match` of an item, needs `"update_if_exists": true` beside the value: without that, a secret ' +
      'is only created',
  );
}

function described({ etag, updated_at: time, updated_by: user }: PresentState): string {
  return `its tag is ${etag} since ${time}${user === undefined ? '' : `, by \`${printable(user)}\``}`;
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
