import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { Repeatable } from '../../../api/input/repeatable.decorator.js';
import { STORABLE } from '../../../api/openapi/schemas.js';
import { AUDIT_ACTIONS, type AuditAction } from '../../../audit/actions.js';
import { MAX_KEY_LENGTH } from '../../../audit/audit-entry.js';
import { AUDIT_OUTCOMES, type AuditOutcome } from '../../../audit/outcomes.js';
import { BadParameters } from '../../../common/errors.js';
import { mustBeOneOf } from '../../../common/names/one-of.js';
import type { AuditConditions } from '../audit-filter.js';
import { momentOf } from '../moment.js';

const LONGEST_NAME = 256;

const ACTIONS = Object.keys(AUDIT_ACTIONS) as AuditAction[];
const OUTCOMES = Object.keys(AUDIT_OUTCOMES) as AuditOutcome[];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Declares the query parameters that say which events of a log are read. */
export class AuditConditionsQuery {
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
}

/**
 * Returns what a query demands of events.
 * @throws BadParameters for a value that no event has, and a time that is none
 */
export function toAuditConditions(query: AuditConditionsQuery): AuditConditions {
  const [from, until] = [momentOf('from', query.from), momentOf('until', query.until)];
  if (from !== undefined && until !== undefined && from >= until)
    throw new BadParameters('`from` must be before `until`; otherwise no event is between them');
  return {
    actor: actorOf(query.actor),
    key: query.key,
    actions: eachOneOf('action', query.action, ACTIONS),
    outcomes: eachOneOf('outcome', query.outcome, OUTCOMES),
    ...{ from, until },
  };
}

function actorOf(actor: string | undefined): AuditConditions['actor'] {
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
