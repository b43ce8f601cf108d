import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { OneOf } from '../../../api/input/one-of.decorator.js';
import { LARGEST_PAGE, PageSize } from '../../../api/lists/paging.js';
import { SortableBy } from '../../../api/lists/sortable-by.decorator.js';
import { decodeAuditCursor } from '../audit-cursor.js';
import type { AuditFilter } from '../audit-filter.js';
import { AuditConditionsQuery, toAuditConditions } from './audit-conditions.query.js';
import { LogsParameter, TenantNameParameter } from './logs.query.js';

const LONGEST_CURSOR = 256;
const FORMATS = ['json', 'csv'];

/** Declares the query parameters for a page of events of a log. */
export class AuditQuery extends AuditConditionsQuery {
  @PageSize()
  _size: number = LARGEST_PAGE;

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
    ...{ type: 'string', enum: FORMATS, default: 'json' },
    description: 'As `csv`, the header `Link` says where the next page is (`rel="next"`)',
  })
  @OneOf(FORMATS)
  format: string = 'json';
}

/** Declares the query parameters for a page of events of all logs. */
export class AllAuditQuery extends AuditQuery {
  @LogsParameter()
  log?: string;

  @TenantNameParameter()
  tenant_name?: string;
}

/**
 * Returns which events a query asks for. The newest come first unless it says otherwise.
 * @throws BadParameters for a value that no event has, a time that is none, and a cursor of another order
 */
export function toAuditFilter(query: AuditQuery): AuditFilter {
  const descending = query._sort?.at(0)?.startsWith('-') ?? true;
  return {
    ...toAuditConditions(query),
    ...{ descending, size: query._size },
    after: query._after === undefined ? undefined : decodeAuditCursor(query._after, descending),
  };
}
