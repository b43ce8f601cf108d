import type { ApiVersion } from '../http/api-version.decorator.js';
import type { ByVersion, VersionPart, BY_VERSION } from './described-operation.decorator.js';

/** Holds the keywords for the schema of the body, until `separateVersions` adds them. */
export const BODY_RULE = Symbol('body rule');

/** Describes an operation of the generated document as far as it is completed here. */
export interface Operation {
  operationId: string;
  responses: Record<string, Response>;
  requestBody?: object;
  [BODY_RULE]?: object;
  parameters?: object[];
  tags?: string[];
  security?: object[];
  [BY_VERSION]?: ByVersion<VersionPart>;
}

export interface Response {
  $ref?: string;
  description?: string;
  headers?: Record<string, object>;
  content?: object;
}

/** Maps methods in lower case to the operations of a path. */
export type PathItem = Record<string, Operation>;

/** Describes the generated document as far as it is completed here. */
export interface Document {
  paths: Record<string, PathItem>;
  components: { schemas: Record<string, Schema> } & Record<string, object>;
  tags: { name: string }[];
}

export interface Schema {
  additionalProperties?: unknown;
  properties?: Record<string, Schema>;
  format?: string;
  minLength?: number;
}

/** Returns the version that a path belongs to; undefined for a path of none. */
export function versionInPath(path: string): ApiVersion | undefined {
  const [, version] = /^\/api\/(v3|v3\.1)\//.exec(path) ?? [];
  return version as ApiVersion | undefined;
}

/** Returns every operation with its path. */
export function operationsOf({ paths }: Document): [path: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.values(item).map((operation): [string, Operation] => [path, operation]),
  );
}

const SCHEMAS = '#/components/schemas/';

/** Returns the names of the schemas that a part of the document refers to. */
export function schemasNamedIn(part: unknown): string[] {
  const found = JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
  return [...new Set(Array.from(found, ([, name]) => name ?? ''))];
}

/** Returns the names of the schemas that parts refer to, also by way of other schemas. */
export function schemasReachedFrom(parts: unknown, schemas: Readonly<Record<string, Schema>>): Set<string> {
  const reached = new Set<string>();
  const pending = schemasNamedIn(parts);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    pending.push(...schemasNamedIn(schemas[name]));
  }
  return reached;
}

/** Returns a copy of a part of the document in which references to schemas have other names. */
export function withSchemaNames<T>(part: T, names: ReadonlyMap<string, string>): T {
  const rename = (key: string, value: unknown): unknown => {
    if (key !== '$ref' || typeof value !== 'string' || !value.startsWith(SCHEMAS)) return value;
    const name = value.slice(SCHEMAS.length);
    return `${SCHEMAS}${names.get(name) ?? name}`;
  };
  return JSON.parse(JSON.stringify(part), rename) as T;
}
