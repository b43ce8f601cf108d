import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { DomainError } from '../../common/domain-error.js';
import { ErrorBody } from '../errors/error-body.js';
import { errorExamples, type DescribedStatus } from './error-responses.js';

/** Names an error of an operation: its status alone, or an error as it is answered, which becomes an example. */
export type DescribedErrorOf = DescribedStatus | DomainError;

/**
 * Documents the error responses of an operation. Statuses without an error get the response that all operations share,
 * once the document is completed.
 */
export function ApiErrors(...errors: readonly DescribedErrorOf[]): ClassDecorator & MethodDecorator {
  return describedErrors(ErrorBody, errors);
}

/** Documents errors whose body has members of its own. */
export function ApiErrorsAs(body: Type<ErrorBody>, ...errors: readonly DomainError[]): MethodDecorator {
  return describedErrors(body, errors);
}

function describedErrors(
  body: Type<ErrorBody>,
  errors: readonly DescribedErrorOf[],
): ClassDecorator & MethodDecorator {
  const statuses = new Set(errors.map((error) => (typeof error === 'number' ? error : error.status)));
  return applyDecorators(
    ApiExtraModels(body),
    ...Array.from(statuses, (status) => {
      const own = errors.filter((error) => error instanceof DomainError && error.status === status);
      return ApiResponse({
        status,
        ...(own.length > 0 && { content: contentOf(body, own as readonly DomainError[]) }),
      });
    }),
  );
}

function contentOf(body: Type<ErrorBody>, errors: readonly DomainError[]) {
  return {
    'application/json': { schema: { $ref: getSchemaPath(body) }, examples: errorExamples(errors) },
  } as never;
}
