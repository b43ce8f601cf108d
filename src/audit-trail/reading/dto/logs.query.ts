import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { OneOf } from '../../../api/input/one-of.decorator.js';
import { STORABLE } from '../../../api/openapi/schemas.js';
import { BadParameters } from '../../../common/errors.js';
import type { Principal } from '../../../auth/principal.js';
import type { AuditLogs } from '../audit-filter.js';
import type { OtherLogs } from '../log-scope.js';

const LONGEST_NAME = 256;
const LOGS = ['all', 'system'];

/** Declares the query parameter `log`, which says which of all logs are read. */
export function LogsParameter(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      ...{ type: 'string', enum: LOGS, default: 'all' },
      description: "Which logs: all, or the system's alone",
    }),
    IsOptional(),
    OneOf(LOGS),
  );
}

/** Declares the query parameter `tenant_name`. */
export function TenantNameParameter(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      ...{ ...STORABLE, maxLength: LONGEST_NAME },
      description: 'The name of the tenant whose log alone is read; it may be deleted',
    }),
    IsOptional(),
    MaxLength(LONGEST_NAME, { message: `\`tenant_name\` can be at most ${LONGEST_NAME} characters long` }),
    IsString({ message: '`tenant_name` must be a string' }),
  );
}

/** Holds the parameters that select among all logs. */
interface LogsQuery {
  readonly log?: string;
  readonly tenant_name?: string;
}

/**
 * Returns which logs a query selects.
 * @throws BadParameters for a tenant together with `log`
 */
export function toAuditLogs({ log, tenant_name: tenant }: LogsQuery): AuditLogs {
  if (tenant === undefined) return { log: log === 'system' ? 'system' : 'all', tenant };
  if (log === undefined) return { log: 'tenant', tenant };
  throw new BadParameters('`tenant_name` names one log, so it goes without `log`');
}

/**
 * Returns which logs somebody reads by a query.
 * @throws BadParameters for a tenant together with `log`
 */
export function toLogScope(query: LogsQuery, { userId, caller }: Principal): OtherLogs {
  const { log, tenant } = toAuditLogs(query);
  return tenant === undefined
    ? { kind: log === 'system' ? 'system' : 'all', userId, caller }
    : { kind: 'name', named: tenant, userId, caller };
}
