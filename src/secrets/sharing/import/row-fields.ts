import { JsonText } from '../../../api/json/json-text.js';
import { flagOf } from '../../../api/input/is-flag.decorator.js';
import { isCalendarTime } from '../../../common/calendar-time.js';
import { nameProblem } from '../../../common/names/resource-name.js';
import type { SecretValue } from '../../../crypto/secret-value.js';
import { readSecretExpiry } from '../../expiry/secret-expiry.js';
import { labelsProblem, type Labels } from '../../labels/labels.js';
import { descriptionProblem, VISIBILITIES, type Visibility } from '../../secret.js';
import { schemaTextProblem } from '../../value-schema/schema-bounds.js';
import type { RowAttributes } from './imported-row.js';
import type { RawRow } from './raw-row.js';

/** Holds the fields that were read from a row by itself. */
export interface RowFields {
  readonly key: string;
  readonly tenantName: string;
  readonly attributes: RowAttributes;
  readonly encrypted: boolean;
  /** Text, or with a schema whatever it is. */
  readonly value: SecretValue;
  readonly schema: JsonText | undefined;
  /** The JSON of them, perhaps encrypted. */
  readonly providerOptions: string | undefined;
  readonly creator: string | undefined;
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
}

const REQUIRED = ['key', 'value', 'tenant_name', 'visibility', 'is_hidden_value', 'encrypted'] as const;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;

/** Collects what is wrong with a row: the first of each kind. */
export class RowProblems {
  readonly errors: Record<string, string | readonly string[]> = {};

  add(what: string, problem: string | readonly string[]): void {
    if (!Object.hasOwn(this.errors, what)) this.errors[what] = problem;
  }

  get any(): boolean {
    return Object.keys(this.errors).length > 0;
  }
}

/** Reads what can be judged without knowing tenants, users and passphrase. Fields that are unknown are left out. */
export function readRow(row: RawRow, problems: RowProblems): RowFields {
  const missing = REQUIRED.filter((name) => (name === 'value' ? hasNoValue(row) : isBlank(row[name])));
  if (missing.length > 0) problems.add('missing secret fields', missing);
  if (hasProvider(row)) problems.add('provider', 'There is no such provider: there are none');
  const schema = schemaOf(row, problems);
  return {
    key: keyOf(row.key, problems),
    tenantName: textOf(row, 'tenant_name', problems) ?? '',
    attributes: {
      visibility: visibilityOf(row.visibility, problems),
      isHiddenValue: booleanOf(row, 'is_hidden_value', problems),
      ...descriptionOf(row, problems),
      ...expiryOf(row, problems),
      ...labelsOf(row, problems),
    },
    encrypted: booleanOf(row, 'encrypted', problems),
    value: valueOf(row, schema !== undefined, problems),
    schema,
    providerOptions: textOf(row, 'provider_options', problems),
    creator: textOf(row, 'creator', problems),
    createdAt: timeOf(row.created_at, problems),
    updatedAt: timeOf(row.updated_at, problems),
  };
}

function isBlank(value: unknown): boolean {
  return value === undefined || isNull(value) || (typeof value === 'string' && value.trim() === '');
}

function isNull(value: unknown): boolean {
  return value === null || (value instanceof JsonText && value.text === 'null');
}

/** Tells whether a value is missing. With a schema, null and the empty text are values. */
function hasNoValue(row: RawRow): boolean {
  const { value } = row;
  if (!isBlank(row.schema)) return value === undefined;
  return (value === undefined || isNull(value) || value === '') && !hasProvider(row);
}

function hasProvider({ provider }: RawRow): boolean {
  return !isBlank(provider);
}

function schemaOf({ schema }: RawRow, problems: RowProblems): JsonText | undefined {
  if (isBlank(schema)) return undefined;
  const isObject = schema instanceof JsonText && schema.isObject;
  const problem = isObject ? schemaTextProblem(schema.text) : 'Not an object';
  if (problem === undefined) return schema as JsonText;
  problems.add('schema', problem);
  return undefined;
}

/** Returns the value of a row: a text, even if it is white space, or with a schema any JSON. */
function valueOf({ value }: RawRow, hasSchema: boolean, problems: RowProblems): SecretValue {
  if (typeof value === 'string') return { format: 'text', text: value };
  if (hasSchema) return { format: 'json', text: value instanceof JsonText ? value.text : 'null' };
  if (value !== undefined && !isNull(value)) problems.add('value', 'Not text');
  return { format: 'text', text: '' };
}

/** Returns a text, or undefined for a blank one, which is reported as missing. */
function textOf(row: RawRow, name: string, problems: RowProblems): string | undefined {
  const value = row[name];
  if (isBlank(value)) return undefined;
  if (typeof value === 'string') return value;
  problems.add(name, 'Not text');
  return undefined;
}

function booleanOf(row: RawRow, name: string, problems: RowProblems): boolean {
  const flag = flagOf(row[name]);
  if (flag === undefined && !isBlank(row[name])) problems.add(name, 'Not boolean');
  return flag ?? false;
}

function keyOf(key: unknown, problems: RowProblems): string {
  if (isBlank(key)) return '';
  const problem = typeof key === 'string' ? nameProblem(key) : 'must be text';
  if (problem === undefined) return key as string;
  problems.add('key', `The key ${problem}`);
  return '';
}

function visibilityOf(visibility: unknown, problems: RowProblems): Visibility {
  const known = VISIBILITIES.find((one) => one === visibility);
  if (known === undefined && !isBlank(visibility))
    problems.add('visibility', `Not one of ${VISIBILITIES.join(', ')}`);
  return known ?? 'tenant';
}

/** Leaves the description out where the row does: an existing one stays. */
function descriptionOf({ description }: RawRow, problems: RowProblems): { description?: string | null } {
  if (description === undefined) return {};
  if (description === null) return { description };
  const problem = descriptionProblem(description);
  if (problem === undefined) return { description: description as string };
  problems.add('description', `The description ${problem}`);
  return {};
}

/** Leaves the expiry out where the row does. One that has passed is taken: a file may be older than what is in it. */
function expiryOf({ expires_at: text }: RawRow, problems: RowProblems): { expiresAt?: Date | null } {
  if (text === undefined) return {};
  if (text === null) return { expiresAt: null };
  const expiry = typeof text === 'string' ? readSecretExpiry(text) : undefined;
  if (expiry !== undefined && 'at' in expiry) return { expiresAt: expiry.at };
  problems.add('expires_at', 'Not a time such as 2027-03-20T08:00:00.000Z, or null');
  return {};
}

/** Leaves the labels out where the row does. */
function labelsOf({ labels }: RawRow, problems: RowProblems): { labels?: Labels } {
  if (labels === undefined) return {};
  if (labels === null) return { labels: {} };
  const problem = labelsProblem(labels);
  if (problem === undefined) return { labels: labels as Labels };
  problems.add('labels', `The field ${problem}`);
  return {};
}

function timeOf(text: unknown, problems: RowProblems): Date | undefined {
  if (isBlank(text)) return undefined;
  if (typeof text === 'string' && TIME.test(text) && isCalendarTime(text.slice(0, 19))) return new Date(text);
  problems.add('timestamp', 'Not a time in UTC such as 2026-03-20T08:23:31.276Z');
  return undefined;
}
