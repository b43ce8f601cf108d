import { flagOf } from '../api/input/is-flag.decorator.js';
import type { JsonText } from '../api/json/json-text.js';
import { BadParameters, IllegalAction } from '../common/errors.js';
import type { Expiry } from '../common/expiry.js';
import type { SecretValue } from '../crypto/secret-value.js';
import type {
  NewSecretBody,
  NewSecretBodyV31,
  SecretChangeBody,
  SecretChangeBodyV31,
} from './dto/new-secret.body.js';
import { readSecretExpiry } from './expiry/secret-expiry.js';
import type { Labels } from './labels/labels.js';
import type { SecretAttributes } from './secret.js';
import { depthProblem, schemaTextProblem } from './value-schema/schema-bounds.js';

/** Says what is to change of a secret; what is left out stays. */
export interface UpdateSecretInput {
  readonly attributes: Partial<SecretAttributes>;
  /** Says when it is to expire; null for never. */
  readonly expiry?: Expiry | null | undefined;
  /** A text that is not empty, or whatever the secret's schema allows. */
  readonly value?: SecretValue | undefined;
  /** The name of the user whose secret it becomes. */
  readonly owner?: string | undefined;
  readonly providerName?: string | undefined;
  /** None at all take away those that are there. */
  readonly providerOptions?: JsonText | undefined;
}

export interface CreateSecretInput extends Omit<UpdateSecretInput, 'owner' | 'value'> {
  readonly value: SecretValue;
  readonly schema?: JsonText | undefined;
  /**
   * Gives a secret that is there already the value, and what is given of options, description, expiry and labels; nothing
   * else of it changes.
   */
  readonly updateIfExists?: boolean | undefined;
}

/** @throws BadParameters for what nests too deep or is too long a schema */
export function toCreateInput(body: NewSecretBody): CreateSecretInput {
  requireDepth(body, ['value', 'schema', 'provider_options']);
  const problem = body.schema && schemaTextProblem(body.schema.text);
  if (problem !== undefined) throw new BadParameters(problem);
  return {
    value: toSecretValue(body.value),
    schema: body.schema,
    attributes: attributesOf(body),
    expiry: expiryOf(body),
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
    value: body.value && toSecretValue(body.value),
    expiry: expiryOf(body),
    owner: body.creator,
    providerName: body.provider_name,
    providerOptions: body.provider_options,
  };
  const given = [...Object.values(attributes), ...Object.values(others)];
  if (given.every((each) => each === undefined)) throw nothingToChange();
  return { attributes, ...others };
}

export function nothingToChange(): IllegalAction {
  return new IllegalAction(
    'Nothing to change: give `value`, `visibility`, `is_hidden_value`, `description`, `expires_at`, `labels`, `max_versions`, `creator`, ' +
      '`provider_name` or `provider_options`',
  );
}

type SecretBody = NewSecretBody | SecretChangeBody | NewSecretBodyV31 | SecretChangeBodyV31;

/** Returns the attributes that a body gives but for the expiry, and no others. */
function attributesOf(body: SecretBody): Partial<SecretAttributes> {
  const attributes = {
    visibility: body.visibility ?? undefined,
    isHiddenValue: flagOf(body.is_hidden_value),
    description: 'description' in body ? body.description : undefined,
    maxVersions: 'max_versions' in body ? body.max_versions : undefined,
    labels: 'labels' in body ? labelsOf(body.labels) : undefined,
  };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

function labelsOf(labels: Labels | null | undefined): Labels | undefined {
  return labels === null ? {} : labels;
}

function expiryOf(body: SecretBody): Expiry | null | undefined {
  const expiry = 'expires_at' in body ? body.expires_at : undefined;
  return typeof expiry === 'string' ? readSecretExpiry(expiry) : expiry;
}

/**
 * Returns a value as it is sealed: a text as what it says, everything else, which only a schema lets in, as its JSON.
 */
export function toSecretValue(sent: JsonText): SecretValue {
  const value = sent.text.startsWith('"') ? sent.parse() : undefined;
  return typeof value === 'string' ? { format: 'text', text: value } : { format: 'json', text: sent.text };
}

/** Refuses what nests too deep to be checked, which is done by recursion. */
function requireDepth<N extends string>(
  body: Readonly<Partial<Record<N, JsonText | undefined>>>,
  names: readonly N[],
): void {
  for (const name of names) {
    const json = body[name];
    if (json === undefined || !/^\s*[[{]/.test(json.text)) continue;
    const problem = depthProblem(`\`${name}\``, json.parse());
    if (problem !== undefined) throw new BadParameters(problem);
  }
}
