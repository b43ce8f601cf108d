import {
  afterCursor,
  conditionsOf,
  labelConditions,
  ruleConditions,
  searchCondition,
} from './list-conditions.js';
import type { FoundSecrets, Matches } from './found-secrets.js';
import { SEEN, scopeSql, type ListScope, type ScopeSql } from './list-scope.js';
import type { ListOptions } from './list-options.js';
import { columnsOf, itemOf, longMeasuresOf, SORTS } from './list-fields.js';
import { maxListBytes } from '../../common/list-bounds.js';

interface Order {
  readonly expression: string;
  readonly descending: boolean;
}

/**
 * Holds the SQL for some of the listed secrets: those of a page, and all of them without and with the rules, to count.
 */
interface Part {
  readonly picked: string;
  readonly from: string;
  readonly ruled: string;
}

/** Builds the statement of a page. Callers' input becomes values only. */
export class PageStatement {
  readonly values: unknown[];
  private readonly scope: ScopeSql;
  private readonly orders: readonly Order[];
  private readonly columns: string;
  /** The order and limit of a scan: along an index, it reads only the page and the rows that the page skips. */
  private readonly walk: string;
  private readonly page: string;
  private readonly conditions: string;

  constructor(
    scope: ListScope,
    private readonly options: ListOptions,
    private readonly found: FoundSecrets,
  ) {
    this.scope = scopeSql(scope);
    this.values = [...this.scope.values];
    this.orders = ordersOf(options);
    this.columns = [
      ...columnsOf(options.fields),
      ...this.orders.map(({ expression }, index) => `${expression} AS o${index}`),
    ].join(', ');
    const [size, offset] = [this.value(options.size), this.value(options.offset)];
    this.page = `LIMIT ${size} OFFSET ${offset}`;
    this.walk = `ORDER BY ${this.ordered(({ expression }) => expression)} LIMIT ${size}::bigint + ${offset}`;
    this.conditions = conditionsOf(options, this.value);
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
      ),
      answer AS MATERIALIZED (${this.answer()})
      SELECT
        CASE WHEN answer.complete OR ${!this.options.all} THEN '[' || coalesce(answer.items, '') || ']' END AS items,
        ${this.counted(parts.map(({ ruled }) => ruled))} AS total,
        ${this.options.rules === undefined ? 'NULL' : this.counted(parts.map(({ from }) => from))} AS unruled,
        ${this.last()} AS last
      FROM answer`;
  }

  /**
   * Selects the items that fit into an answer: all up to the limit in bytes, but at least one. `OFFSET 0` keeps the
   * planner from building the text of an item a second time to measure it.
   */
  private answer(): string {
    const most = maxListBytes(this.options);
    const fits = `upto <= ${most} OR upto = octet_length(item) + 1`;
    return `
      SELECT string_agg(item, ',') FILTER (WHERE ${fits}) AS items,
             count(*) FILTER (WHERE ${fits}) AS given,
             coalesce(max(upto), 0) <= ${most} AS complete
      FROM (
        SELECT made.item, sum(octet_length(made.item) + 1) OVER (
          ORDER BY ${this.inOrder('made')} ROWS UNBOUNDED PRECEDING
        ) AS upto FROM (
          SELECT ${itemOf(this.options.fields)} AS item, ${this.orders.map((_, index) => `s.o${index}`).join(', ')}, s.id
          FROM ${this.shortened(most)} s JOIN creators c ON c.id = s.created_by JOIN owners t ON t.id = s.tenant_id
          OFFSET 0
        ) AS made
        ORDER BY ${this.inOrder('made')}
      ) AS counted`;
  }

  /** Returns the page up to the item where its long field alone reaches the limit, so that no further text is built. */
  private shortened(most: number): string {
    return longMeasuresOf(this.options.fields).reduce(
      (rows, measure, step) => `(
        SELECT measured.* FROM (
          SELECT s.*, sum(${measure}) OVER (
            ORDER BY ${this.inOrder('s')} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
          ) AS before_${step} FROM ${rows} AS s
        ) AS measured WHERE coalesce(measured.before_${step}, 0) < ${most})`,
      'page',
    );
  }

  /** Returns the sort values of the last item that a page by cursor gives, if there may be another page. */
  private last(): string {
    const { after, size } = this.options;
    if (after === undefined) return 'NULL';
    const sortedBy = this.orders.map((_, index) => `p.o${index}`).join(', ');
    return `CASE WHEN answer.given >= ${this.value(size)}::bigint OR answer.given < (SELECT count(*) FROM page) THEN (
      SELECT json_build_array(${sortedBy}, p.id) FROM page p
      ORDER BY ${this.inOrder('p')} OFFSET greatest(answer.given - 1, 0) LIMIT 1) END`;
  }

  /** Returns the SQL that counts the parts, or NULL for pages by cursor. */
  private counted(parts: readonly string[]): string {
    if (this.options.after !== undefined) return 'NULL::integer';
    return `(${parts.map((from) => `(SELECT count(*) ${from})`).join(' + ')})::integer`;
  }

  private own(): Part {
    const { own } = this.found;
    const { listed } = this.scope;
    const rules = ruleConditions(this.options, this.value, SEEN);
    if (own !== undefined) {
      const narrowed = `WHERE ${SEEN}${this.conditions}${this.narrowed(SEEN, own)}`;
      const matched = `${this.matched(own)} JOIN ${listed} ON own.tenant_id = s.tenant_id ${narrowed}`;
      const from = this.countsWithoutRules(own)
        ? `FROM ${listed} JOIN secrets s ON ${this.ownSeen()}`
        : matched;
      return {
        picked: `SELECT ${this.columns} ${matched}${rules}${this.beyond()}`,
        from,
        ruled: matched + rules,
      };
    }
    const seen = this.ownSeen();
    const from = `FROM ${listed} JOIN secrets s ON ${seen}`;
    return {
      picked: `
        SELECT mine.* FROM ${listed} CROSS JOIN LATERAL (
          SELECT ${this.columns} FROM secrets s WHERE ${seen}${rules}${this.beyond()} ${this.walk}
        ) AS mine`,
      from,
      ruled: from + rules,
    };
  }

  private foreign(): Part {
    const { foreign } = this.found;
    const { foreign: global } = this.scope;
    const seen = `WHERE ${global}${this.conditions}`;
    const matched =
      foreign === undefined
        ? `FROM secrets s ${seen}${this.narrowed('true')}`
        : `${this.matched(foreign)} ${seen}${this.narrowed('true', foreign)}`;
    const from = this.countsWithoutRules(foreign)
      ? `FROM secrets s ${seen}${this.narrowed('true')}`
      : matched;
    const order = foreign === undefined ? this.walk : '';
    const rules = ruleConditions(this.options, this.value, 'true');
    return {
      picked: `SELECT ${this.columns} ${matched}${rules}${this.beyond()} ${order}`,
      from,
      ruled: matched + rules,
    };
  }

  /** Returns the condition for all that the caller sees of the listed tenants, without the rules. */
  private ownSeen(): string {
    return `s.tenant_id = own.tenant_id AND ${SEEN}${this.conditions}${this.narrowed(SEEN)}`;
  }

  /** Tells whether rules may have found the matches, and what they exclude is counted. */
  private countsWithoutRules(matches: Matches | undefined): boolean {
    const { rules, after } = this.options;
    return matches?.by === 'labels' && rules !== undefined && after === undefined;
  }

  private matched({ tenantIds, ids }: Matches): string {
    return `
      FROM unnest(${this.value(tenantIds)}::uuid[], ${this.value(ids)}::uuid[]) AS found (tenant_id, id)
      JOIN secrets s ON s.tenant_id = found.tenant_id AND s.id = found.id`;
  }

  /** Returns the conditions of search and labels; matches by the key need no search any more. */
  private narrowed(seen: string, matches?: Matches): string {
    const searched = matches?.by === 'key' ? '' : searchCondition(this.options, this.value, seen);
    return searched + labelConditions(this.options, this.value, seen);
  }

  /** Tells whether the filters allow global secrets of other tenants, whose reads are for their own tenants. */
  private mayBeGlobal(): boolean {
    const { filters, notReadFor } = this.options;
    if (notReadFor !== undefined) return false;
    return (['visibility', 'resource_availability'] as const).every(
      (name) => filters.get(name)?.includes('global') !== false,
    );
  }

  /** Returns the order of picked rows. */
  private inOrder(row: string): string {
    return `${this.ordered((_, index) => `${row}.o${index}`)}, ${row}.id${direction(this.orders.at(-1))}`;
  }

  private ordered(expressionOf: (order: Order, index: number) => string): string {
    return this.orders.map((order, index) => expressionOf(order, index) + direction(order)).join(', ');
  }

  /** Returns the condition for the rows after the cursor's, in an order of one direction. */
  private beyond(): string {
    const { after } = this.options;
    return after === undefined || after === 'start' ? '' : afterCursor(after, this.value);
  }
}

/** Returns the orders up to the key. A key is unique within a tenant, so nothing is sorted after it. */
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
