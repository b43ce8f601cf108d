import { applyDecorators, Header, HttpCode, UseInterceptors, type Type } from '@nestjs/common';
import { ApiOperation, ApiParam, type ApiParamOptions } from '@nestjs/swagger';
import { NoContentInterceptor } from '../http/no-content.interceptor.js';
import { ApiErrors, type DescribedErrorOf } from '../openapi/api-errors.decorator.js';
import {
  ApiOperationParts,
  isByVersion,
  type ByVersion,
  type OperationExample,
  type OtherAnswers,
  type PerVersion,
} from '../openapi/described-operation.decorator.js';

export interface RouteOptions {
  /** The name of the operation in generated clients; that of version 3 has `V3` at its end. */
  readonly id: string;
  readonly summary: string;
  /** A sentence or two on what the summary leaves open. */
  readonly description: string;
  /**
   * The class of a successful response, or a list of it; by version where the versions differ, with null for 204.
   * Without it and `otherAnswers`, success is 204.
   */
  readonly answer?: Type | readonly [Type] | ByVersion<Type | null>;
  /** Lists what a successful response can be instead. */
  readonly otherAnswers?: OtherAnswers;
  /** False where every response is an error. */
  readonly succeeds?: boolean;
  /** The status of a successful response with a body; 200 by default. */
  readonly status?: number;
  /** The class of the request body; adds 415 to the errors. */
  readonly body?: PerVersion<Type>;
  /** The body to send and the answer to it. */
  readonly example?: OperationExample;
  /** The path parameters; adds 404 and 414 to the errors. */
  readonly parameters?: readonly ApiParamOptions[];
  /** The parameters that only one version takes, in OpenAPI's notation. */
  readonly versionParameters?: Partial<ByVersion<readonly object[]>>;
  /** The headers of a successful response, in OpenAPI's notation. */
  readonly answerHeaders?: Readonly<Record<string, object>>;
  /** The errors in addition to those of every route, each as a status, or as the error that is to be the example. */
  readonly errors?: readonly DescribedErrorOf[];
  /** The content type of a response that is already text. */
  readonly contentType?: string;
}

/** Documents a route, and sets its status and content type accordingly. */
export function documentedRoute({
  id,
  summary,
  description,
  answer,
  otherAnswers,
  succeeds = true,
  status = 200,
  body,
  example = {},
  parameters = [],
  versionParameters,
  answerHeaders,
  errors = [],
  contentType,
}: RouteOptions): MethodDecorator {
  const isEmptyForNew = isByVersion(answer) && answer['v3.1'] === null;
  return applyDecorators(
    ApiOperation({ operationId: id, summary, description }),
    ...parameters.map((parameter) => ApiParam(parameter)),
    ApiErrors(
      ...(body === undefined ? [] : [415 as const]),
      ...(parameters.length === 0 ? [] : [404 as const, 414 as const]),
    ),
    ApiErrors(...errors),
    HttpCode(hasBody({ answer, otherAnswers }) ? status : 204),
    ApiOperationParts({
      ...{ body, answer, succeeds, status, example },
      parameters: versionParameters,
      headers: answerHeaders,
      otherAnswers,
    }),
    ...(contentType === undefined ? [] : [Header('Content-Type', contentType)]),
    ...(isEmptyForNew ? [UseInterceptors(NoContentInterceptor)] : []),
  );
}

function hasBody({ answer, otherAnswers }: Pick<RouteOptions, 'answer' | 'otherAnswers'>): boolean {
  return answer !== undefined || otherAnswers !== undefined;
}
