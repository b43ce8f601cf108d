import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { OneOf } from '../../../api/input/one-of.decorator.js';
import { Repeatable } from '../../../api/input/repeatable.decorator.js';
import { SizeQuery } from '../../../api/lists/paging.js';
import { SortableBy } from '../../../api/lists/sortable-by.decorator.js';
import { STORABLE } from '../../../api/openapi/schemas.js';
import { AUDIT_ACTIONS, type AuditAction } from '../../../audit/actions.js';
import { MAX_KEY_LENGTH } from '../../../audit/audit-entry.js';
import { AUDIT_OUTCOMES, type AuditOutcome } from '../../../audit/outcomes.js';
import { BadParameters } from '../../../common/errors.js';
import { mustBeOneOf } from '../../../common/names/one-of.js';
import { decodeAuditCursor } from '../audit-cursor.js';
import type { AuditFilter, AuditLogs } from '../audit-filter.js';
import { momentOf } from '../moment.js';

const LONGEST_CURSOR = 256;
const LONGEST_NAME = 256;
const FORMATS = ['json', 'csv'];
const LOGS = ['all', 'system'];

const ACTIONS = Object.keys(AUDIT_ACTIONS) as AuditAction[];
const OUTCOMES = Object.keys(AUDIT_OUTCOMES) as AuditOutcome[];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Declares the query parameters for events of a log. */
export class AuditQuery extends SizeQuery {
  @ApiPropertyOptional({
    type: String,
    maxLength: LONGEST_CURSOR,
    description: 'What `metadata.next` of the page before says; left out or empty for the first page',
  })
  @IsOptional()
  @MaxLength(LONGEST_CURSOR, { message: `\`_after\` can be at most ${LONGEST_CURSOR} characters long` })
  @IsString({ message: '`_after` must be a string' })
  _after?: string;

  @SortableBy(['time'])
  _sort?: string[];

  @ApiPropertyOptional({
    ...{ ...STORABLE, maxLength: LONGEST_NAME },
    description: 'Who acted: the name that events show, in any case, or the id of a user',
  })
  @IsOptional()
  @MaxLength(LONGEST_NAME, { message: `\`actor\` can be at most ${LONGEST_NAME} characters long` })
  @IsString({ message: '`actor` must be a string' })
  actor?: string;

  @ApiPropertyOptional({
    ...{ ...STORABLE, maxLength: MAX_KEY_LENGTH },
    description: 'The key of a secret, which may be deleted, or the name of another object',
  })
  @IsOptional()
  @MaxLength(MAX_KEY_LENGTH, { message: `\`key\` can be at most ${MAX_KEY_LENGTH} characters long` })
  @IsString({ message: '`key` must be a string' })
  key?: string;

  @ApiPropertyOptional({
    ...{ type: 'array', items: { type: 'string', enum: ACTIONS } },
    description: 'What was done; may be repeated, then any of the actions matches',
  })
  @IsOptional()
  @IsString({ each: true })
  @Repeatable()
  action?: string[];

  @ApiPropertyOptional({
    ...{ type: 'array', items: { type: 'string', enum: OUTCOMES } },
    description: 'How it ended; may be repeated, then any of the outcomes matches',
  })
  @IsOptional()
  @IsString({ each: true })
  @Repeatable()
  outcome?: string[];

  @ApiPropertyOptional({
    ...{ type: String, format: 'date-time' },
    description: 'The earliest time of an event, by RFC 3339',
  })
  @IsOptional()
  @IsString({ message: '`from` must be a string' })
  from?: string;

  @ApiPropertyOptional({
    ...{ type: String, format: 'date-time' },
    description: 'The time before which an event was written, by RFC 3339',
  })
  @IsOptional()
  @IsString({ message: '`until` must be a string' })
  until?: string;

  @ApiPropertyOptional({
    ...{ type: 'string', enum: FORMATS, default: 'json' },
    description: 'As `csv`, the header `Link` says where the next page is (`rel="next"`)',
  })
  @OneOf(FORMATS)
  format: string = 'json';
}

/** Declares the query parameters for events of all logs. */
export class AllAuditQuery extends AuditQuery {
  @ApiPropertyOptional({
    ...{ type: 'string', enum: LOGS, default: 'all' },
    description: "Which logs: all, or the system's alone",
  })
  @IsOptional()
  @OneOf(LOGS)
  log?: string;

  @ApiPropertyOptional({
    ...{ ...STORABLE, maxLength: LONGEST_NAME },
    description: 'The name of the tenant whose log alone is read; it may be deleted',
  })
  @IsOptional()
  @MaxLength(LONGEST_NAME, { message: `\`tenant_name\` can be at most ${LONGEST_NAME} characters long` })
  @IsString({ message: '`tenant_name` must be a string' })
  tenant_name?: string;
}

/**
 * Returns which events a query asks for. The newest come first unless it says otherwise.
 * @throws BadParameters for a value that no event has, a time that is none, and a cursor of another order
 */
export function toAuditFilter(query: AuditQuery): AuditFilter {
  const descending = query._sort?.at(0)?.startsWith('-') ?? true;
  const [from, until] = [momentOf('from', query.from), momentOf('until', query.until)];
  if (from !== undefined && until !== undefined && from >= until)
    throw new BadParameters('`from` must be before `until`; otherwise no event is between them');
  return {
    actor: actorOf(query.actor),
    key: query.key,
    actions: eachOneOf('action', query.action, ACTIONS),
    outcomes: eachOneOf('outcome', query.outcome, OUTCOMES),
    ...{ from, until, descending, size: query._size },
    after: query._after === undefined ? undefined : decodeAuditCursor(query._after, descending),
  };
}

/** @throws BadParameters for a tenant together with the system's log */
export function toAuditLogs({ log, tenant_name: tenant }: AllAuditQuery): AuditLogs {
  if (tenant === undefined) return { log: log === 'system' ? 'system' : 'all', tenant };
  if (log === undefined) return { log: 'tenant', tenant };
  throw new BadParameters('`tenant_name` names one log, so it goes without `log`');
}

function actorOf(actor: string | undefined): AuditFilter['actor'] {
  if (actor === undefined) return undefined;
  return UUID.test(actor) ? { id: actor } : { name: actor };
}

function eachOneOf<T extends string>(
  name: string,
  values: readonly string[] | undefined,
  known: readonly T[],
): T[] | undefined {
  return values?.map((value) => {
    const found = known.find((one) => one === value);
    if (found === undefined) throw new BadParameters(`\`${name}\` ${mustBeOneOf(known, value)}`);
    return found;
  });
}
