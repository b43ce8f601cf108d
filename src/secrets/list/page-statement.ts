import { afterCursor, conditionsOf, ruleConditions, searchCondition } from './list-conditions.js';
import type { FoundSecrets, KeyMatches } from './list-search.js';
import type { ListScope } from './list-scope.js';
import type { ListOptions } from './list-options.js';
import { columnsOf, LIST_FIELDS, SORTS } from './list-fields.js';

/** $1 and $2 are the tenants, $3 the caller. What reads one tenant is planned as that, and can be planned once for all. */
const MANY = {
  listed: 'unnest($1::uuid[], $2::boolean[]) AS own (tenant_id, administers)',
  foreign: `s.visibility = 'global' AND s.tenant_id <> ALL ($1)`,
};
const ONE = {
  listed: '(VALUES ($1::uuid, $2::boolean)) AS own (tenant_id, administers)',
  foreign: `s.visibility = 'global' AND s.tenant_id <> $1`,
};

/** A private secret is seen by its creator and the tenant's administrators. */
const SEEN = `(s.visibility <> 'private' OR s.created_by = $3 OR own.administers)`;

interface Order {
  readonly expression: string;
  readonly descending: boolean;
}

/** Some of the listed secrets: how a page picks them, and all of them but for the rules, to be counted. */
interface Part {
  readonly picked: string;
  readonly from: string;
}

/** The statement of a page in the making: what callers wrote goes into its values only. */
export class PageStatement {
  readonly values: unknown[];
  private readonly scope: typeof MANY;
  private readonly orders: readonly Order[];
  private readonly columns: string;
  /** Along an order that an index has, no more is read than the page and what it skips. */
  private readonly walk: string;
  private readonly page: string;
  private readonly conditions: string;
  private readonly rules: string;

  constructor(
    { tenants, userId }: ListScope,
    private readonly options: ListOptions,
    private readonly found: FoundSecrets,
  ) {
    const [ids, administers] = [tenants.map(({ id }) => id), tenants.map((tenant) => tenant.administers)];
    this.scope = tenants.length === 1 ? ONE : MANY;
    this.values = tenants.length === 1 ? [...ids, ...administers, userId] : [ids, administers, userId];
    this.orders = ordersOf(options);
    this.columns = [
      ...columnsOf(options.fields),
      ...this.orders.map(({ expression }, index) => `${expression} AS o${index}`),
    ].join(', ');
    const [size, offset] = [this.value(options.size), this.value(options.offset)];
    this.page = `LIMIT ${size} OFFSET ${offset}`;
    this.walk = `ORDER BY ${this.ordered(({ expression }) => expression)} LIMIT ${size}::bigint + ${offset}`;
    this.conditions = conditionsOf(options, this.value);
    this.rules = ruleConditions(options, this.value);
  }

  private readonly value = (value: unknown): string => `$${this.values.push(value)}`;

  text(): string {
    const own = this.own();
    const foreign = this.mayBeGlobal() ? this.foreign() : undefined;
    const parts = [own, foreign].filter((part) => part !== undefined);
    return `
      WITH page AS MATERIALIZED (
        SELECT seen.* FROM (${parts.map(({ picked }) => `(${picked})`).join(' UNION ALL ')}) AS seen
        ORDER BY ${this.inOrder('seen')} ${this.page}
      ),
      creators AS MATERIALIZED (
        SELECT u.id, to_json(u.username)::text AS name FROM users u WHERE u.id IN (SELECT created_by FROM page)
      ),
      owners AS MATERIALIZED (
        SELECT t.id, to_json(t.name)::text AS name FROM tenants t WHERE t.id IN (SELECT tenant_id FROM page)
      )
      SELECT
        (SELECT '[' || coalesce(string_agg(shown.item, ','), '') || ']' FROM (
          SELECT ${itemOf(this.options)} AS item
          FROM page s JOIN creators c ON c.id = s.created_by JOIN owners t ON t.id = s.tenant_id
          ORDER BY ${this.inOrder('s')}
        ) AS shown) AS items,
        ${this.counted(parts, this.rules)} AS total,
        ${this.options.rules === undefined ? 'NULL' : this.counted(parts, '')} AS unruled,
        ${this.last()} AS last`;
  }

  /** Returns the sort values of the last item of a full page by cursor, after which there may be another page. */
  private last(): string {
    const { after, size } = this.options;
    if (after === undefined) return 'NULL';
    const sortedBy = this.orders.map((_, index) => `p.o${index}`).join(', ');
    return `(
      SELECT json_build_array(${sortedBy}, p.id) FROM page p
      ORDER BY ${this.inOrder('p')} OFFSET ${this.value(Math.max(size - 1, 0))} LIMIT 1)`;
  }

  /** Pages by cursor count nothing. */
  private counted(parts: readonly Part[], rules: string): string {
    if (this.options.after !== undefined) return 'NULL::integer';
    return `(${parts.map(({ from }) => `(SELECT count(*) ${from}${rules})`).join(' + ')})::integer`;
  }

  private own(): Part {
    const { own } = this.found;
    const { listed } = this.scope;
    if (own !== undefined) {
      const from = `${this.matched(own)} JOIN ${listed} ON own.tenant_id = s.tenant_id WHERE ${SEEN}${this.conditions}`;
      return { picked: `SELECT ${this.columns} ${from}${this.rules}${this.beyond()}`, from };
    }
    const seen = `s.tenant_id = own.tenant_id AND ${SEEN}${this.conditions}${this.searched()}`;
    return {
      picked: `
        SELECT mine.* FROM ${listed} CROSS JOIN LATERAL (
          SELECT ${this.columns} FROM secrets s WHERE ${seen}${this.rules}${this.beyond()} ${this.walk}
        ) AS mine`,
      from: `FROM ${listed} JOIN secrets s ON ${seen}`,
    };
  }

  private foreign(): Part {
    const { foreign } = this.found;
    const { foreign: global } = this.scope;
    const from =
      foreign === undefined
        ? `FROM secrets s WHERE ${global}${this.conditions}${this.searched()}`
        : `${this.matched(foreign)} WHERE ${global}${this.conditions}`;
    const order = foreign === undefined ? this.walk : '';
    return { picked: `SELECT ${this.columns} ${from}${this.rules}${this.beyond()} ${order}`, from };
  }

  private matched({ tenantIds, ids }: KeyMatches): string {
    return `
      FROM unnest(${this.value(tenantIds)}::uuid[], ${this.value(ids)}::uuid[]) AS found (tenant_id, id)
      JOIN secrets s ON s.tenant_id = found.tenant_id AND s.id = found.id`;
  }

  private searched(): string {
    return searchCondition(this.options, this.value);
  }

  /** Global secrets of others are not looked at where the list is narrowed to what they are not. */
  private mayBeGlobal(): boolean {
    const { filters } = this.options;
    return (['visibility', 'resource_availability'] as const).every(
      (name) => filters.get(name)?.includes('global') !== false,
    );
  }

  /** The order of picked rows. */
  private inOrder(row: string): string {
    return `${this.ordered((_, index) => `${row}.o${index}`)}, ${row}.id${direction(this.orders.at(-1))}`;
  }

  private ordered(expressionOf: (order: Order, index: number) => string): string {
    return this.orders.map((order, index) => expressionOf(order, index) + direction(order)).join(', ');
  }

  /** The rows after the cursor's, in an order of one direction. */
  private beyond(): string {
    const { after } = this.options;
    return after === undefined || after === 'start' ? '' : afterCursor(after, this.value);
  }
}

/** The JSON text of an item. */
function itemOf({ fields }: ListOptions): string {
  const members = fields.map(
    (field, index) => `'${index === 0 ? '{' : ','}"${field}":' || ${LIST_FIELDS[field]}`,
  );
  return [...members, `'}'`].join(' || ');
}

/** Within a tenant a key is the only one of its kind, so nothing is sorted after it. */
function ordersOf({ sorts }: ListOptions): Order[] {
  const last = sorts.at(-1);
  const descending = last?.by === 'created_at' && last.descending;
  const all = [...sorts, { by: 'created_at' as const, descending }, { by: 'key' as const, descending }];
  const end = all.findIndex(({ by }) => by === 'key');
  return all
    .slice(0, end + 1)
    .filter(({ by }, index, list) => list.findIndex((other) => other.by === by) === index)
    .map(({ by, descending: backwards }) => ({ expression: SORTS[by], descending: backwards }));
}

function direction(order: Order | undefined): string {
  return order?.descending === true ? ' DESC' : '';
}
