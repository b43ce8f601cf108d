import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiProperty, ApiResponse } from '@nestjs/swagger';
import type { PreconditionFailed, PreconditionRequired } from '../../common/errors.js';
import { ErrorBody } from '../errors/error-body.js';
import { ApiErrors, ApiErrorsAs } from '../openapi/api-errors.decorator.js';

/** Describes the ETag of an answer in OpenAPI's notation. */
export const ETAG_HEADERS = {
  ETag: {
    description: 'The state of the secret, for `If-Match` and `If-None-Match`',
    schema: { type: 'string', example: '"0196….7.0197…"' },
  },
};

/** Describes the body of a 412. The present state is told where there is one that the caller may see. */
class ConditionErrorBody extends ErrorBody {
  @ApiProperty({ required: false, description: 'The ETag of the present state' })
  etag?: string;

  @ApiProperty({ required: false, example: '2026-03-20T08:23:31.276Z', description: 'When it changed' })
  updated_at?: string;

  @ApiProperty({
    required: false,
    example: 'alice',
    description: 'Who changed it, for callers of its tenant',
  })
  updated_by?: string;
}

const IF_MATCH = ApiHeader({
  name: 'If-Match',
  required: false,
  description: 'Only in one of the states with these tags; `*` for any that exists. Otherwise 412',
});

/** Documents a read that honors `If-Match` and `If-None-Match`. */
export function ConditionalReadApi(failed: PreconditionFailed): MethodDecorator {
  return applyDecorators(
    IF_MATCH,
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'Only if the tag is none of these; otherwise 304, without a body',
    }),
    ApiResponse({
      status: 304,
      description: 'The caller has the present state already.',
      headers: ETAG_HEADERS,
    }),
    ApiErrorsAs(ConditionErrorBody, failed),
  );
}

/** Documents a copy: `If-Match` is of what is copied, `If-None-Match` of what is created. */
export function ConditionalCopyApi(failed: PreconditionFailed): MethodDecorator {
  return applyDecorators(
    IF_MATCH,
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: '`*`: a key that is taken is then 412 instead of 409',
    }),
    ApiErrorsAs(ConditionErrorBody, failed),
  );
}

/** Documents a change that honors `If-Match` and `If-None-Match`. */
export function ConditionalChangeApi(
  failed: PreconditionFailed,
  required: PreconditionRequired,
): MethodDecorator {
  return applyDecorators(
    IF_MATCH,
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description:
        'Not in one of the states with these tags; `*` with PUT, or of a new key, creates only. Otherwise 412',
    }),
    ApiErrorsAs(ConditionErrorBody, failed),
    ApiErrors(required),
  );
}
