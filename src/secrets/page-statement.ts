import { afterCursor, conditionsOf, ruleConditions, searchCondition } from './list-conditions.js';
import type { FoundSecrets, KeyMatches } from './list-search.js';
import type { ListScope } from './list-scope.js';
import type { ListWish } from './list-wish.js';
import { LIST_FIELDS, SORTS } from './secret-columns.js';

/** $1 and $2 are the tenants, $3 the caller. A private secret is seen by its creator and the tenant's administrators. */
const LISTED = 'unnest($1::uuid[], $2::boolean[]) AS own (tenant_id, administers)';
const SEEN = `(s.visibility <> 'private' OR s.created_by = $3 OR own.administers)`;
const FOREIGN = `s.visibility = 'global' AND s.tenant_id <> ALL ($1)`;

/** What the fields of a list are made of, and nothing that a list may not show. */
const COLUMNS = [
  ...['s.tenant_id', 's.id', 's.key', 's.visibility', 's.is_hidden_value', 's.provider_name'],
  ...['s.created_by', 's.created_at', 's.updated_at'],
];

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
  private readonly orders: readonly Order[];
  private readonly columns: string;
  /** Along an order that an index has, no more is read than the page and what it skips. */
  private readonly walk: string;
  private readonly page: string;
  private readonly conditions: string;
  private readonly rules: string;

  constructor(
    { tenants, userId }: ListScope,
    private readonly wish: ListWish,
    private readonly found: FoundSecrets,
  ) {
    this.values = [tenants.map(({ id }) => id), tenants.map(({ administers }) => administers), userId];
    this.orders = ordersOf(wish);
    const schema = wish.fields.includes('schema') ? ['s.schema'] : [];
    this.columns = [
      ...COLUMNS,
      ...schema,
      ...this.orders.map(({ expression }, index) => `${expression} AS o${index}`),
    ].join(', ');
    const [size, offset] = [this.value(wish.size), this.value(wish.offset)];
    this.page = `LIMIT ${size} OFFSET ${offset}`;
    this.walk = `ORDER BY ${this.ordered(({ expression }) => expression)} LIMIT ${size}::bigint + ${offset}`;
    this.conditions = conditionsOf(wish, this.value);
    this.rules = ruleConditions(wish, this.value);
  }

  private readonly value = (value: unknown): string => `$${this.values.push(value)}`;

  text(): string {
    const { fields } = this.wish;
    const shown = fields.map((field) => `${LIST_FIELDS[field]} AS ${field}`).join(', ');
    const own = this.own();
    const foreign = this.mayBeGlobal() ? this.foreign() : undefined;
    const parts = [own, foreign].filter((part) => part !== undefined);
    return `
      WITH page AS MATERIALIZED (
        SELECT sorted.*, row_number() OVER () AS place FROM (
          SELECT seen.* FROM (${parts.map(({ picked }) => `(${picked})`).join(' UNION ALL ')}) AS seen
          ORDER BY ${this.ordered((_, index) => `seen.o${index}`)}, seen.id${direction(this.orders.at(-1))}
          ${this.page}
        ) AS sorted
      ),
      creators AS MATERIALIZED (SELECT u.id, u.username FROM users u WHERE u.id IN (SELECT created_by FROM page)),
      owners AS MATERIALIZED (SELECT t.id, t.name FROM tenants t WHERE t.id IN (SELECT tenant_id FROM page))
      SELECT
        (SELECT coalesce(json_agg(item), '[]')::text FROM (
          SELECT ${shown} FROM page s JOIN creators c ON c.id = s.created_by JOIN owners t ON t.id = s.tenant_id
          ORDER BY s.place
        ) AS item) AS items,
        ${this.counted(parts, this.rules)} AS total,
        ${this.wish.rules === undefined ? 'NULL' : this.counted(parts, '')} AS unruled,
        (SELECT count(*) FROM page)::integer AS count,
        (SELECT json_build_array(${this.orders.map((_, index) => `p.o${index}`).join(', ')}, p.id)
         FROM page p ORDER BY p.place DESC LIMIT 1) AS last`;
  }

  /** Pages by cursor count nothing. */
  private counted(parts: readonly Part[], rules: string): string {
    if (this.wish.after !== undefined) return 'NULL::integer';
    return `(${parts.map(({ from }) => `(SELECT count(*) ${from}${rules})`).join(' + ')})::integer`;
  }

  private own(): Part {
    const { own } = this.found;
    if (own !== undefined) {
      const from = `${this.matched(own)} JOIN ${LISTED} ON own.tenant_id = s.tenant_id WHERE ${SEEN}${this.conditions}`;
      return { picked: `SELECT ${this.columns} ${from}${this.rules}${this.beyond()}`, from };
    }
    const seen = `s.tenant_id = own.tenant_id AND ${SEEN}${this.conditions}${this.searched()}`;
    return {
      picked: `
        SELECT mine.* FROM ${LISTED} CROSS JOIN LATERAL (
          SELECT ${this.columns} FROM secrets s WHERE ${seen}${this.rules}${this.beyond()} ${this.walk}
        ) AS mine`,
      from: `FROM ${LISTED} JOIN secrets s ON ${seen}`,
    };
  }

  private foreign(): Part {
    const { foreign } = this.found;
    const from =
      foreign === undefined
        ? `FROM secrets s WHERE ${FOREIGN}${this.conditions}${this.searched()}`
        : `${this.matched(foreign)} WHERE ${FOREIGN}${this.conditions}`;
    const order = foreign === undefined ? this.walk : '';
    return { picked: `SELECT ${this.columns} ${from}${this.rules}${this.beyond()} ${order}`, from };
  }

  private matched({ tenantIds, ids }: KeyMatches): string {
    return `
      FROM unnest(${this.value(tenantIds)}::uuid[], ${this.value(ids)}::uuid[]) AS found (tenant_id, id)
      JOIN secrets s ON s.tenant_id = found.tenant_id AND s.id = found.id`;
  }

  private searched(): string {
    return searchCondition(this.wish, this.value);
  }

  /** Global secrets of others are not looked at where the list is narrowed to what they are not. */
  private mayBeGlobal(): boolean {
    const { filters } = this.wish;
    return (['visibility', 'resource_availability'] as const).every(
      (name) => filters.get(name)?.includes('global') !== false,
    );
  }

  private ordered(expressionOf: (order: Order, index: number) => string): string {
    return this.orders.map((order, index) => expressionOf(order, index) + direction(order)).join(', ');
  }

  /** The rows after the cursor's, in an order of one direction. */
  private beyond(): string {
    const { after } = this.wish;
    return after === undefined || after === 'start' ? '' : afterCursor(after, this.value);
  }
}

/** Within a tenant a key is the only one of its kind, so nothing is sorted after it. */
function ordersOf({ sorts }: ListWish): Order[] {
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
