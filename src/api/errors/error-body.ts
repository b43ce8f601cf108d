import { ApiProperty } from '@nestjs/swagger';
import type { DomainError } from '../../common/domain-error.js';

/** The one shape of every refusal and failure, the framework's own included. */
export class ErrorBody {
  @ApiProperty({ description: 'What was wrong, for people' })
  message: string;

  @ApiProperty({ example: 'not_found_error', description: 'What was wrong, for programs' })
  error_code: string;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: [null],
    description: 'Always null; old clients read it',
  })
  server_traceback: null;
}

/** A failure of ours carries the request's id in its message, since that is what people copy into a report. */
export function errorBody(error: DomainError, requestId: string): ErrorBody {
  const message = error.status >= 500 ? `${error.message}; request id ${requestId}` : error.message;
  return { message, error_code: error.code, server_traceback: null, ...error.members };
}
