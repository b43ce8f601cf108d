import { flagOf } from '../api/input/is-flag.decorator.js';
import { BadParameters, IllegalAction } from '../common/errors.js';
import type {
  NewSecretBody,
  NewSecretBodyV31,
  SecretChangeBody,
  SecretChangeBodyV31,
} from './dto/new-secret.body.js';
import type { Schema, SecretAttributes } from './secret.js';
import { depthProblem } from './value-schema/schema-bounds.js';

/** Says what is to change of a secret; what is left out stays. */
export interface UpdateSecretInput {
  readonly attributes: Partial<SecretAttributes>;
  /** A text that is not empty, or whatever the secret's schema allows. */
  readonly value?: unknown;
  /** The name of the user whose secret it becomes. */
  readonly owner?: string | undefined;
  readonly providerName?: string | undefined;
  /** None at all take away those that are there. */
  readonly providerOptions?: object | undefined;
}

export interface CreateSecretInput extends Omit<UpdateSecretInput, 'owner'> {
  readonly schema?: Schema | undefined;
  /** Gives a secret that is there already the value and the options; nothing else of it changes. */
  readonly updateIfExists?: boolean | undefined;
}

/** @throws BadParameters for what nests too deep */
export function toCreateInput(body: NewSecretBody): CreateSecretInput {
  requireDepth(body, ['value', 'schema', 'provider_options']);
  return {
    value: body.value,
    schema: body.schema,
    attributes: attributesOf(body),
    providerName: body.provider_name,
    providerOptions: body.provider_options,
    updateIfExists: flagOf(body.update_if_exists),
  };
}

/**
 * @throws BadParameters for what nests too deep
 * @throws IllegalAction where nothing is to change
 */
export function toUpdateInput(body: SecretChangeBody): UpdateSecretInput {
  requireDepth(body, ['value', 'provider_options']);
  const attributes = attributesOf(body);
  const others = {
    value: body.value ?? undefined,
    owner: body.creator,
    providerName: body.provider_name,
    providerOptions: body.provider_options,
  };
  const given = [...Object.values(attributes), ...Object.values(others)];
  if (given.every((each) => each === undefined))
    throw new IllegalAction(
      'Nothing to change: give `value`, `visibility`, `is_hidden_value`, `description`, `creator`, `provider_name` or `provider_options`',
    );
  return { attributes, ...others };
}

/** Returns the attributes that a body gives, and no others. */
function attributesOf(
  body: NewSecretBody | SecretChangeBody | NewSecretBodyV31 | SecretChangeBodyV31,
): Partial<SecretAttributes> {
  const attributes = {
    visibility: body.visibility ?? undefined,
    isHiddenValue: flagOf(body.is_hidden_value),
    description: 'description' in body ? body.description : undefined,
  };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

/** Refuses what is too deep to be written as JSON again, which is done by recursion. */
function requireDepth<T extends object>(body: T, names: readonly (keyof T & string)[]): void {
  for (const name of names) {
    const problem = depthProblem(`\`${name}\``, body[name]);
    if (problem !== undefined) throw new BadParameters(problem);
  }
}
