import { flagOf } from '../api/input/is-flag.decorator.js';
import { BadParameters, IllegalAction } from '../common/errors.js';
import type { NewSecretBody, SecretChangeBody } from './dto/new-secret.body.js';
import { depthProblem } from './value-schema/schema-bounds.js';
import type { UpdateSecretInput } from './update-secret.rules.js';
import type { CreateSecretInput } from './secrets.service.js';

/** @throws BadParameters */
export function toCreateInput(body: NewSecretBody): CreateSecretInput {
  requireDepth(body, ['value', 'schema', 'provider_options']);
  return {
    value: body.value,
    schema: body.schema,
    providerName: body.provider_name,
    providerOptions: body.provider_options,
    visibility: body.visibility ?? undefined,
    isHiddenValue: flagOf(body.is_hidden_value),
    updateIfExists: flagOf(body.update_if_exists),
  };
}

/** @throws BadParameters, and IllegalAction where nothing is to change */
export function toUpdateInput(body: SecretChangeBody): UpdateSecretInput {
  requireDepth(body, ['value', 'provider_options']);
  const wanted: UpdateSecretInput = {
    value: body.value ?? undefined,
    visibility: body.visibility ?? undefined,
    isHiddenValue: flagOf(body.is_hidden_value),
    owner: body.creator,
    providerName: body.provider_name,
    providerOptions: body.provider_options,
  };
  if (Object.values(wanted).every((each) => each === undefined))
    throw new IllegalAction(
      'Nothing to change: give `value`, `visibility`, `is_hidden_value`, `creator`, `provider_name` or `provider_options`',
    );
  return wanted;
}

/** What is written as JSON again is written by recursion. */
function requireDepth<T extends object>(body: T, names: readonly (keyof T & string)[]): void {
  for (const name of names) {
    const problem = depthProblem(`\`${name}\``, body[name]);
    if (problem !== undefined) throw new BadParameters(problem);
  }
}
