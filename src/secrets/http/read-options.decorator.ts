import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { IsOptional } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { calledVersion } from '../../api/http/api-version.decorator.js';
import { flagOf, IsFlag } from '../../api/input/is-flag.decorator.js';
import { readQuery } from '../../api/input/validated-query.pipe.js';
import type { VersionChoice } from '../versions/secret-version.js';
import { badTime, badVersionNumber, eitherVersionOrTime } from '../versions/version-errors.js';
import { MOST_VERSION_NUMBER, versionNumber } from '../versions/version-number.js';
import { timeOf } from '../versions/version-time.js';

/** Describes the query of a read under v3.1. */
class ReadSecretQuery {
  @IsFlag()
  _skip_value?: unknown;

  @IsOptional()
  version?: string;

  @IsOptional()
  at?: string;
}

/** Says what a read is to give. */
export interface ReadQuery {
  readonly skipValue: boolean;
  /** Undefined for the current version. */
  readonly choice: VersionChoice | undefined;
}

const CURRENT: ReadQuery = { skipValue: false, choice: undefined };

/** Describes the parameters in the OpenAPI document. */
export const READ_PARAMETERS = [
  {
    name: '_skip_value',
    in: 'query',
    required: false,
    description: 'Leaves the value out of the answer',
    schema: { type: 'boolean' },
  },
  {
    name: 'version',
    in: 'query',
    required: false,
    description: 'Gives the value of the version with this number; needs `secret_version_get`',
    schema: { type: 'integer', minimum: 1, maximum: MOST_VERSION_NUMBER },
  },
  {
    name: 'at',
    in: 'query',
    required: false,
    description: 'Gives the value that was current at this time (RFC 3339); needs `secret_version_get`',
    schema: { type: 'string', format: 'date-time' },
  },
];

/** Hands a handler what the query of a read asks for. v3 does not know it: there the query of a read is ignored. */
export const ReadOptions = createParamDecorator((_data: undefined, context: ExecutionContext): ReadQuery => {
  if (calledVersion(context) === 'v3') return CURRENT;
  const query = context.switchToHttp().getRequest<FastifyRequest>().query as Record<string, unknown>;
  const { _skip_value: skip, version, at } = readQuery(query, ReadSecretQuery);
  return { skipValue: flagOf(skip) ?? false, choice: choiceOf(version, at) };
});

/** @throws BadParameters */
function choiceOf(version: string | undefined, at: string | undefined): VersionChoice | undefined {
  if (version !== undefined && at !== undefined) throw eitherVersionOrTime();
  if (version !== undefined) {
    const number = versionNumber(version);
    if (number === undefined) throw badVersionNumber('`version`');
    return { version: number };
  }
  if (at === undefined) return undefined;
  const time = timeOf(at);
  if (time === undefined) throw badTime();
  return { at: time };
}
