import { applyDecorators, Header, HttpCode, UseInterceptors, type Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, type ApiParamOptions } from '@nestjs/swagger';
import { NoContentInterceptor } from '../http/no-content.interceptor.js';
import { ApiByVersion, NO_CONTENT, type ByVersion } from '../openapi/by-version.decorator.js';
import { ApiErrors, type DescribedStatus } from '../openapi/open-api.js';

export interface RouteOptions {
  readonly summary: string;
  /**
   * The class of what a success answers, or a list of it; by version where they differ, with null for 204. Left out, a
   * success is 204.
   */
  readonly answer?: Type | readonly [Type] | ByVersion<Type | null>;
  /** The status of a success that has a body; 200 unless it is given. */
  readonly status?: number;
  /** The class that the body of a request is read as; 415 is then one of the errors. */
  readonly body?: Type;
  /** The parameters of the path, where the document says more of them than their names. */
  readonly parameters?: readonly ApiParamOptions[];
  /** The parameters that only one of the versions takes, as the OpenAPI document writes them. */
  readonly versionParameters?: Partial<ByVersion<readonly object[]>>;
  /** The errors beside those that every route can answer with. */
  readonly errors?: readonly DescribedStatus[];
  /** The content type of an answer that is text already. */
  readonly contentType?: string;
}

/** Documents a route, and sets the status and the content type that it says. */
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
}: Pick<RouteOptions, 'answer' | 'status' | 'versionParameters'>): MethodDecorator[] {
  if (answer === undefined) return [HttpCode(204), ApiResponse({ status: 204, ...NO_CONTENT })];
  if (typeof answer === 'function' || isList(answer))
    return [HttpCode(status), ApiResponse({ status, type: answer as Type | [Type] })];
  const noContent = answer['v3.1'] === null ? [UseInterceptors(NoContentInterceptor)] : [];
  return [HttpCode(200), ApiByVersion(answer, versionParameters), ...noContent];
}

function isList(answer: object): answer is readonly [Type] {
  return Array.isArray(answer);
}
