import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, getSchemaPath } from '@nestjs/swagger';
import type { ApiVersion } from '../http/api-version.decorator.js';

/** Describes a success without a body. */
export const NO_CONTENT = { description: 'Success, without a body' };

/** Names the extension that holds an operation's parts by version, until `completeDocument` replaces it. */
export const BY_VERSION = 'x-by-version';

/** Describes the part of an operation that holds for one version only. */
export interface VersionPart {
  readonly responses: Readonly<Record<string, object>>;
  readonly parameters: readonly object[];
}

export type ByVersion<T> = Readonly<Record<ApiVersion, T>>;

/**
 * Documents the successful responses of a handler that serves both versions, each under the paths of its version.
 * @param answers null where the version answers 204
 * @param parameters those that only one version takes
 * @param headers those of an answer with a body
 */
export function ApiByVersion(
  answers: ByVersion<Type | null>,
  parameters: Partial<ByVersion<readonly object[]>> = {},
  headers: Readonly<Record<string, object>> = {},
): MethodDecorator {
  const models = Object.values(answers).filter((type) => type !== null);
  const part = (version: ApiVersion): VersionPart => ({
    responses: responsesOf(answers[version], headers),
    parameters: parameters[version] ?? [],
  });
  const parts: ByVersion<VersionPart> = { v3: part('v3'), 'v3.1': part('v3.1') };
  return applyDecorators(ApiExtraModels(...models), ApiExtension(BY_VERSION, parts));
}

function responsesOf(type: Type | null, headers: object): VersionPart['responses'] {
  if (type === null) return { 204: NO_CONTENT };
  const schema = { $ref: getSchemaPath(type) };
  return { 200: { description: '', headers, content: { 'application/json': { schema } } } };
}
