import { applyDecorators, Header, HttpCode, UseInterceptors, type Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, type ApiParamOptions } from '@nestjs/swagger';
import { NoContentInterceptor } from '../http/no-content.interceptor.js';
import { ApiByVersion, NO_CONTENT, type ByVersion } from '../openapi/by-version.decorator.js';
import { ApiErrors, type DescribedStatus } from '../openapi/open-api.js';

export interface RouteOptions {
  readonly summary: string;
  /**
   * The class of a successful response, or a list of it; by version where the versions differ, with null for 204.
   * Without it, success is 204.
   */
  readonly answer?: Type | readonly [Type] | ByVersion<Type | null>;
  /** The status of a successful response with a body; 200 by default. */
  readonly status?: number;
  /** The class of the request body; adds 415 to the errors. */
  readonly body?: Type;
  /** The path parameters that need more documentation than their names. */
  readonly parameters?: readonly ApiParamOptions[];
  /** The parameters that only one version takes, in OpenAPI's notation. */
  readonly versionParameters?: Partial<ByVersion<readonly object[]>>;
  /** The headers of a successful response with a body whose class differs by version, in OpenAPI's notation. */
  readonly answerHeaders?: Readonly<Record<string, object>>;
  /** The errors in addition to those of every route. */
  readonly errors?: readonly DescribedStatus[];
  /** The content type of a response that is already text. */
  readonly contentType?: string;
}

/** Documents a route, and sets its status and content type accordingly. */
export function documentedRoute({
  summary,
  body,
  parameters = [],
  errors = [],
  contentType,
  ...success
}: RouteOptions): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ...parameters.map((parameter) => ApiParam(parameter)),
    ...(body === undefined ? [] : [ApiBody({ type: body }), ApiErrors(415)]),
    ApiErrors(...errors),
    ...(contentType === undefined ? [] : [Header('Content-Type', contentType)]),
    ...successOf(success),
  );
}

function successOf({
  answer,
  status = 200,
  versionParameters,
  answerHeaders,
}: Pick<RouteOptions, 'answer' | 'status' | 'versionParameters' | 'answerHeaders'>): MethodDecorator[] {
  if (answer === undefined) return [HttpCode(204), ApiResponse({ status: 204, ...NO_CONTENT })];
  if (typeof answer === 'function' || isList(answer))
    return [HttpCode(status), ApiResponse({ status, type: answer as Type | [Type] })];
  const noContent = answer['v3.1'] === null ? [UseInterceptors(NoContentInterceptor)] : [];
  return [HttpCode(200), ApiByVersion(answer, versionParameters, answerHeaders), ...noContent];
}

function isList(answer: object): answer is readonly [Type] {
  return Array.isArray(answer);
}
