import { ApiProperty } from '@nestjs/swagger';
import type { DomainError } from '../../common/domain-error.js';
import { maskTokens } from '../../common/mask-tokens.js';
import { NOTHING } from '../openapi/schemas.js';
import { ERROR_CATALOGUE } from './error-catalogue.js';

/** Describes the body of every error response, including errors raised by the framework. */
export class ErrorBody {
  @ApiProperty({ type: String, description: 'What was wrong and how to put it right, for people' })
  message: string;

  @ApiProperty({
    type: String,
    enum: ERROR_CATALOGUE.map(({ code }) => code),
    description:
      'A stable code of the error for programs. With status 404, `not_found_error` tells that the resource does not ' +
      'exist or is not visible to the caller, and `unknown_address` that no route has this address',
  })
  error_code: string;

  @ApiProperty({
    ...NOTHING,
    description: 'Always null; older clients expect the field',
  })
  server_traceback: null;
}

/**
 * Builds the body of an error response. The message of a server error (5xx) includes the request's id, since the
 * message is what people copy into a bug report. A token that a caller put where a name belongs is masked.
 */
export function errorBody(error: DomainError, requestId: string): ErrorBody {
  const message = error.status >= 500 ? `${error.message}; request id ${requestId}` : error.message;
  return { message: maskTokens(message), error_code: error.code, server_traceback: null, ...error.members };
}
