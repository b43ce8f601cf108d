import type { Expiry } from '../../common/expiry.js';
import type { ListCursor } from './list-cursor.js';
import type { ListOptions } from './list-options.js';
import { labelCondition, labelRuleCondition } from '../labels/label-conditions.js';
import { isExact, RULE_ATTRIBUTES, type AttributeRule } from './filter-rule.js';
import { FILTERS, SEARCH_FIELDS } from './list-fields.js';

/** Adds a value to those of the statement and returns its parameter. */
export type AddValue = (value: unknown) => string;

/**
 * Returns the filters of a list as SQL, each beginning with AND. Names come from our own lists; callers' input becomes
 * values only.
 */
export function conditionsOf(
  { filters, expired, expiresBefore, notReadFor }: ListOptions,
  add: AddValue,
): string {
  const conditions = [...filters].map(([name, wanted]) =>
    FILTERS[name].replace('$', () => `${add(wanted)}::text[]`),
  );
  if (expired !== undefined)
    conditions.push(`secret_has_expired(s.expires_at)${expired ? '' : ' IS NOT TRUE'}`);
  if (expiresBefore !== undefined) conditions.push(`s.expires_at < ${timeOf(expiresBefore, add)}`);
  if (notReadFor !== undefined) conditions.push(unreadFor(add(notReadFor)));
  return conditions.map((condition) => ` AND ${condition}`).join('');
}

/** Returns the condition for secrets that are known not to have been read for that many days. */
function unreadFor(days: string): string {
  const since = `now() - ${days}::integer * interval '1 day'`;
  return `s.created_at < ${since} AND (SELECT reads_since FROM installation) < ${since} AND NOT EXISTS (
    SELECT FROM secret_reads r WHERE r.tenant_id = s.tenant_id AND r.secret_id = s.id AND r.read_at >= ${since})`;
}

function timeOf(expiry: Expiry, add: AddValue): string {
  return 'at' in expiry
    ? `${add(expiry.at)}::timestamptz`
    : `now() + ${add(expiry.afterMilliseconds)}::float8 * interval '1 millisecond'`;
}

/** Returns the condition of the labels that a list is filtered by, which looks only at what the caller sees. */
export function labelConditions({ labels }: ListOptions, add: AddValue, seen: string): string {
  return labels.length === 0 ? '' : ` AND ${onlyWhere(seen, labelCondition(labels, add))}`;
}

/**
 * Returns the rules of a search as SQL, all of which must hold. `starts_with` and `ends_with` ignore case; the other
 * operators do not.
 * @param seen the condition for what the caller sees; patterns are compared with nothing else, since the time of a
 *   comparison depends on whether the pattern matches
 */
export function ruleConditions({ rules = [] }: ListOptions, add: AddValue, seen: string): string {
  return rules
    .map((rule) => {
      if ('label' in rule) return ` AND ${onlyWhere(seen, labelRuleCondition(rule, add))}`;
      const condition = ruleCondition(rule, add);
      return ` AND ${isExact(rule.operator) ? condition : onlyWhere(seen, condition)}`;
    })
    .join('');
}

function onlyWhere(seen: string, condition: string): string {
  return `CASE WHEN ${seen} THEN ${condition} ELSE false END`;
}

function ruleCondition({ attribute, operator, values }: AttributeRule, add: AddValue): string {
  const { column } = RULE_ATTRIBUTES[attribute];
  const given = `coalesce(${column}, '')`;
  const any = (texts: readonly string[]): string => `ANY (${add(texts)}::text[])`;
  const like = (before: string, after: string): string =>
    any(values.map((text) => before + literally(text) + after));
  switch (operator) {
    case 'any_of':
      return `${column} = ${any(values)}`;
    case 'not_any_of':
      return `NOT ${given} = ${any(values)}`;
    case 'contains':
      return `${column} LIKE ${like('%', '%')}`;
    case 'not_contains':
      return `NOT ${given} LIKE ${like('%', '%')}`;
    case 'starts_with':
      return `${column} ILIKE ${like('', '%')}`;
    case 'ends_with':
      return `${column} ILIKE ${like('%', '')}`;
    case 'is_not_empty':
      return `${given} <> ''`;
  }
}

/** Returns the condition of a search, which looks only through what the caller sees, as rules do. */
export function searchCondition({ search }: ListOptions, add: AddValue, seen: string): string {
  if (search === undefined) return '';
  const pattern = add(searchPattern(search.text).text);
  const condition = search.fields.map((field) => `${SEARCH_FIELDS[field]} ILIKE ${pattern}`).join(' OR ');
  return ` AND ${onlyWhere(seen, condition)}`;
}

/** Returns the condition for the rows after a cursor's. */
export function afterCursor({ by, descending, last }: ListCursor, add: AddValue): string {
  const columns = by === 'key' ? ['key', 'id'] : ['created_at', 'key', 'id'];
  const types = { key: 'text', id: 'uuid', created_at: 'timestamptz' } as const;
  const values = columns.map(
    (column, index) => `${add(last[index])}::${types[column as keyof typeof types]}`,
  );
  const compared = columns.map((column) => `s.${column}`).join(', ');
  return ` AND (${compared}) ${descending ? '<' : '>'} (${values.join(', ')})`;
}

/** Returns a pattern that matches a part of a key, and tells whether a trigram index can find it. */
export function searchPattern(search: string): { text: string; hasTrigram: boolean } {
  const text = `%${literally(search)}%`;
  return { text, hasTrigram: /[A-Za-z0-9]{3}/.test(search) };
}

/** Escapes the characters that have a meaning in a LIKE pattern. */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
