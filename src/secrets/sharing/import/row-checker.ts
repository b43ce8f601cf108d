import { JsonFault, type JsonSource } from '../../../api/json/json-fault.js';
import { splitJson } from '../../../api/json/json-members.js';
import { JsonText } from '../../../api/json/json-text.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import { tenantRefused } from '../../../common/tenant-refused.js';
import { DecryptionError } from '../../../crypto/crypto-errors.js';
import { decryptFernet } from '../../../crypto/fernet.js';
import type { FernetKey } from '../../../crypto/fernet-key.js';
import type { SecretValue } from '../../../crypto/secret-value.js';
import { depthProblem } from '../../value-schema/schema-bounds.js';
import { mayMakeGlobal, maySetOwner } from '../../secret-access.js';
import { toSecretValue } from '../../secret-input.js';
import type { ImportedRow, RowErrors } from './imported-row.js';
import type { RawRow } from './raw-row.js';
import { readRow, RowProblems, type RowFields } from './row-fields.js';
import { unknownFields } from './row-names.js';

/** Holds what rows are checked against. */
export interface RowSurroundings {
  /** The tenants in which the importer may create, by name. */
  readonly tenants: ReadonlyMap<string, TenantContext>;
  readonly tenantMap: ReadonlyMap<string, string>;
  /** The ids of living users, by name in lower case. */
  readonly users: ReadonlyMap<string, string>;
  /** Holds the keys that the passphrase may stand for; none without a passphrase. */
  readonly passphraseKeys: readonly FernetKey[];
  readonly maxValueBytes: number;
  /** True to ignore fields that are unknown, instead of refusing their row. */
  readonly ignoreUnknown: boolean;
}

export type CheckedRow =
  { readonly row: ImportedRow } | { readonly index: number; readonly errors: RowErrors };

export const NO_SUCH_USER = 'There is no such user';

/** Holds the rows of an import against the rules, one after the other: a key can come once for each tenant. */
export class RowChecker {
  private readonly seen = new Set<string>();

  constructor(private readonly surroundings: RowSurroundings) {}

  check(raw: RawRow, index: number): CheckedRow {
    const problems = new RowProblems();
    const unknown = this.surroundings.ignoreUnknown ? [] : unknownFields(raw);
    if (unknown.length > 0) problems.add('unknown secret fields', unknown);
    const fields = readRow(raw, problems);
    const tenant = this.tenantOf(fields, problems);
    const creatorId = this.creatorOf(fields, tenant, problems);
    requireTimes(fields, tenant, problems);
    const value = this.valueOf(fields, problems);
    const providerOptions = this.optionsOf(fields, problems);
    if (tenant === undefined || problems.any) return { index, errors: problems.errors };
    const { key, attributes, createdAt, updatedAt, schema = null } = fields;
    const content = { key, attributes, value, schema, providerOptions };
    return { row: { index, tenant, ...content, creatorId, createdAt, updatedAt } };
  }

  private tenantOf(
    { key, tenantName, attributes }: RowFields,
    problems: RowProblems,
  ): TenantContext | undefined {
    if (tenantName === '') return undefined;
    const name = this.surroundings.tenantMap.get(tenantName) ?? tenantName;
    const tenant = this.surroundings.tenants.get(name);
    if (tenant === undefined) {
      problems.add('tenant_name', tenantRefused('secret_create', name).message);
      return undefined;
    }
    if (attributes.visibility === 'global' && !mayMakeGlobal(tenant))
      problems.add(
        'visibility',
        'Only a system administrator can make a secret global (create_global_resource)',
      );
    const place = `${tenant.tenantId} ${key}`;
    if (key !== '' && this.seen.has(place))
      problems.add('key', `The key comes more than once for the tenant ${name}`);
    this.seen.add(place);
    return tenant;
  }

  private creatorOf(
    { creator }: RowFields,
    tenant: TenantContext | undefined,
    problems: RowProblems,
  ): string | undefined {
    if (creator === undefined || tenant === undefined) return undefined;
    if (!maySetOwner(tenant)) {
      // Not everybody may find out which users there are.
      problems.add('creator', 'Not permitted: set_owner, which importing a creator needs');
      return undefined;
    }
    const id = this.surroundings.users.get(creator.toLowerCase());
    if (id === undefined) problems.add('creator_valid', NO_SUCH_USER);
    return id;
  }

  private valueOf({ value, schema, encrypted }: RowFields, problems: RowProblems): SecretValue {
    const secret = encrypted ? this.openedValue(value, schema !== undefined, problems) : value;
    if (secret.format === 'json' && isTooDeep('value', JSON.parse(secret.text), problems)) return NOTHING;
    const { maxValueBytes } = this.surroundings;
    if (Buffer.byteLength(secret.text, 'utf8') > maxValueBytes)
      problems.add('value', `The value is larger than ${maxValueBytes} bytes of UTF-8`);
    if (!secret.text.isWellFormed()) problems.add('value', HALF);
    return secret;
  }

  /** Opens a value. With a schema it is JSON; a text that is no JSON stands for itself. */
  private openedValue(value: SecretValue, hasSchema: boolean, problems: RowProblems): SecretValue {
    const text = this.opened('value', value, problems);
    if (!hasSchema || !isJson(text)) return { format: 'text', text };
    const json = keptJson('value', text, problems);
    return json === undefined ? NOTHING : toSecretValue(json);
  }

  private optionsOf(fields: RowFields, problems: RowProblems): JsonText | undefined {
    const { providerOptions: given, encrypted } = fields;
    if (given === undefined) return undefined;
    const token = { format: 'text', text: given } as const;
    const text = encrypted ? this.opened('provider_options', token, problems) : given;
    const { maxValueBytes } = this.surroundings;
    if (Buffer.byteLength(text, 'utf8') > maxValueBytes) {
      problems.add('provider_options', `Larger than ${maxValueBytes} bytes of UTF-8`);
      return undefined;
    }
    const json = keptJson('provider_options', text, problems);
    if (json?.isObject === false) problems.add('provider_options', 'Not the JSON of an object');
    else if (json !== undefined && !isTooDeep('provider_options', json.parse(), problems)) return json;
    return undefined;
  }

  private opened(what: string, { format, text: token }: SecretValue, problems: RowProblems): string {
    const { passphraseKeys: keys } = this.surroundings;
    if (keys.length === 0) problems.add('encrypted', 'No passphrase');
    if (format !== 'text') problems.add(what, 'Not text');
    if (keys.length === 0 || format !== 'text' || token === '') return '';
    try {
      const text = decryptFernet(keys, token);
      if (text === '') problems.add(what, 'Empty');
      return text;
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error;
      problems.add('encrypted', 'The passphrase does not open the value, or it was altered');
      return '';
    }
  }
}

/** Checks the depth before anything processes the value by recursion. */
function isTooDeep(what: string, value: unknown, problems: RowProblems): boolean {
  const problem = depthProblem('It', value);
  if (problem !== undefined) problems.add(what, problem);
  return problem !== undefined;
}

const NOTHING: SecretValue = { format: 'text', text: '' };
const HALF = 'It holds half of a character (a lone surrogate)';
const IT: JsonSource = { document: 'It', hasFields: false };

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns the JSON that a text of the row holds; undefined, with the problem, if it cannot be kept. */
function keptJson(what: string, text: string, problems: RowProblems): JsonText | undefined {
  try {
    const json = splitJson(text, IT);
    if (!json.holdsHalf) return new JsonText(json.text);
    problems.add(what, HALF);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    problems.add(what, error.message);
  }
  return undefined;
}

function requireTimes(
  { createdAt, updatedAt }: RowFields,
  tenant: TenantContext | undefined,
  problems: RowProblems,
): void {
  const given = createdAt !== undefined || updatedAt !== undefined;
  if (given && tenant?.permissions.has('set_timestamp') === false)
    problems.add('timestamp', 'Not permitted: set_timestamp, which importing times needs');
}
