import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { BadParameters } from '../../../common/errors.js';
import type { Principal } from '../../../auth/principal.js';
import type { OtherLogs } from '../../reading/log-scope.js';

const LOG = /^(system|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Declares the query parameter `log`, which names one log. */
export function OneLogParameter(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      ...{ type: 'string', pattern: LOG.source },
      description: "`system`, or the id of the log, as it stands in its origin: that of the log's tenant",
    }),
    IsOptional(),
    Matches(LOG, { message: '`log` must be `system`, or the id of a log as it stands in its origin' }),
  );
}

interface OneLogQuery {
  readonly log?: string;
  readonly tenant_name?: string;
}

/**
 * Returns the one log that a query names.
 * @throws BadParameters where it names none, or names it in two ways
 */
export function toOneLog(
  { log, tenant_name: tenant }: OneLogQuery,
  { userId, caller }: Principal,
): OtherLogs {
  if ((log === undefined) === (tenant === undefined))
    throw new BadParameters('Name one log: give either `log`, as `system` or an id, or `tenant_name`');
  if (tenant !== undefined) return { kind: 'name', named: tenant, userId, caller };
  return log === 'system' ? { kind: 'system', userId, caller } : { kind: 'id', named: log, userId, caller };
}
