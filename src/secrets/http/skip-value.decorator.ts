import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { calledVersion } from '../../api/http/api-version.decorator.js';
import { flagOf, IsFlag } from '../../api/input/is-flag.decorator.js';
import { readQuery } from '../../api/input/validated-query.pipe.js';

/** Describes the query of a read under v3.1. */
class ReadSecretQuery {
  @IsFlag()
  _skip_value?: unknown;
}

/** Describes the parameter in the OpenAPI document. */
export const SKIP_VALUE = {
  name: '_skip_value',
  in: 'query',
  required: false,
  description: 'Leaves the value out of the answer',
  schema: { type: 'boolean' },
};

/** Hands a handler the flag `_skip_value`, which v3 does not know: there the query of a read is ignored. */
export const SkipValue = createParamDecorator((_data: undefined, context: ExecutionContext): boolean => {
  if (calledVersion(context) === 'v3') return false;
  const { query } = context.switchToHttp().getRequest<FastifyRequest>();
  return flagOf(readQuery(query as Record<string, unknown>, ReadSecretQuery)._skip_value) ?? false;
});
