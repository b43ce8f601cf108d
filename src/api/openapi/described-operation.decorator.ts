import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, getSchemaPath } from '@nestjs/swagger';
import type { ApiVersion } from '../http/api-version.decorator.js';
import { bodyRuleOf } from './body-rule.decorator.js';

/** Names the extension that holds an operation's parts by version, until `completeDocument` replaces it. */
export const BY_VERSION = 'x-by-version';

/** Describes the part of an operation that may differ between the versions, in OpenAPI's notation. */
export interface VersionPart {
  readonly responses: Readonly<Record<string, object>>;
  readonly requestBody?: object;
  readonly parameters: readonly object[];
  /** Keywords for the schema of the body. */
  readonly bodyRule?: object;
  /** The examples of the path parameters. */
  readonly path?: Readonly<Record<string, string>>;
}

export type ByVersion<T> = Readonly<Record<ApiVersion, T>>;

/** Gives the same to both versions, or to each its own. */
export type PerVersion<T> = T | ByVersion<T>;

/** Holds what an operation takes and answers. */
export interface OperationParts {
  /** The class of the request body. */
  readonly body?: PerVersion<Type> | undefined;
  /** The class of a successful response, or a list of it; null or nothing for 204. */
  readonly answer?: PerVersion<Type | readonly [Type] | null> | undefined;
  /** False where every response is an error. */
  readonly succeeds: boolean;
  /** The status of a successful response with a body. */
  readonly status: number;
  readonly example: OperationExample;
  /** The parameters that only one version takes, in OpenAPI's notation. */
  readonly parameters?: Partial<ByVersion<readonly object[]>> | undefined;
  /** The headers of a successful response, in OpenAPI's notation. */
  readonly headers?: Readonly<Record<string, object>> | undefined;
  readonly otherAnswers?: OtherAnswers | undefined;
}

/** Describes what a successful response can be instead of `answer`, or is where there is none, in OpenAPI's notation. */
export interface OtherAnswers {
  /** Further schemas of the JSON. */
  readonly schemas?: readonly object[];
  /** Other content types. */
  readonly content?: Readonly<Record<string, object>>;
}

/** Shows a request and its answer. */
export interface OperationExample {
  /** Maps the names of the path parameters to their values. */
  readonly path?: PerVersion<Readonly<Record<string, string>>>;
  readonly body?: PerVersion<object>;
  readonly answer?: PerVersion<object>;
}

const VERSIONS: readonly ApiVersion[] = ['v3', 'v3.1'];

/** Documents what a handler takes and answers, for each version under its paths. */
export function ApiOperationParts(parts: OperationParts): MethodDecorator {
  const models = VERSIONS.flatMap((version) => [
    ofVersion(parts.body, version),
    ofVersion(parts.answer, version),
  ]).flat();
  const byVersion: ByVersion<VersionPart> = { v3: partOf(parts, 'v3'), 'v3.1': partOf(parts, 'v3.1') };
  return applyDecorators(ApiExtraModels(...models.filter(isType)), ApiExtension(BY_VERSION, byVersion));
}

function partOf(
  { body, answer, succeeds, status, example, parameters, ...rest }: OperationParts,
  version: ApiVersion,
): VersionPart {
  const input = ofVersion(body, version);
  const output = ofVersion(answer, version);
  return {
    responses: succeeds
      ? responsesOf(output ?? null, status, { ...rest, example: ofVersion(example.answer, version) })
      : {},
    ...(input !== undefined && {
      bodyRule: bodyRuleOf(input) ?? {},
      requestBody: { required: true, content: jsonOf(refTo(input), ofVersion(example.body, version)) },
    }),
    parameters: parameters?.[version] ?? [],
    ...(example.path !== undefined && { path: ofVersion(example.path, version) }),
  };
}

function responsesOf(
  type: Type | readonly [Type] | null,
  status: number,
  {
    headers,
    otherAnswers,
    example,
  }: Pick<OperationParts, 'headers' | 'otherAnswers'> & { example?: unknown },
): VersionPart['responses'] {
  const described = headers !== undefined && { headers };
  const { schemas = [], content: others = {} } = otherAnswers ?? {};
  if (type === null)
    return otherAnswers === undefined
      ? { 204: { description: 'Success, without a body.', ...described } }
      : { [status]: { description: 'Success.', ...described, content: others } };
  const schema = isList(type) ? { type: 'array', items: refTo(type[0]) } : refTo(type);
  const content = {
    ...jsonOf(schemas.length === 0 ? schema : { anyOf: [schema, ...schemas] }, example),
    ...others,
  };
  return { [status]: { description: 'Success.', ...described, content } };
}

function jsonOf(schema: object, example?: unknown): object {
  return { 'application/json': { schema, ...(example !== undefined && { example }) } };
}

function refTo(type: Type): object {
  return { $ref: getSchemaPath(type) };
}

function ofVersion<T>(given: PerVersion<T>, version: ApiVersion): T {
  return isByVersion(given) ? given[version] : given;
}

/** Tells whether each version has its own. */
export function isByVersion<T>(given: PerVersion<T>): given is ByVersion<T> {
  return typeof given === 'object' && given !== null && 'v3' in given && 'v3.1' in given;
}

function isType(type: Type | null | undefined): type is Type {
  return type !== null && type !== undefined;
}

function isList(type: Type | readonly [Type]): type is readonly [Type] {
  return Array.isArray(type);
}
