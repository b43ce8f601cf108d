import type { OpenAPIObject } from '@nestjs/swagger';
import { versionOf } from '../http/api-version.decorator.js';
import { BY_VERSION, type ByVersion, type VersionPart } from './by-version.decorator.js';

const REQUEST_ID = {
  name: 'X-Request-Id',
  in: 'header',
  schema: { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,128}$' },
};

const EVERY_ANSWER = header(
  'The id of the request: the one that was sent if it is acceptable, otherwise a new one',
);
const HELP = header('The address of what its `error_code` means and what to do, with `rel="help"`');
const ANSWER_HEADERS: Readonly<Record<string, Record<string, object>>> = {
  '401': { 'WWW-Authenticate': header('The authentication scheme to use') },
  '429': { 'Retry-After': header('The number of seconds to wait before retrying') },
  '503': { 'Retry-After': header('The number of seconds to wait before retrying') },
};

interface Answer {
  headers?: Record<string, object>;
}

interface Operation {
  responses: Record<string, Answer>;
  parameters?: object[];
  [BY_VERSION]?: ByVersion<VersionPart>;
}

/**
 * Completes the generated document: adds to every operation what all operations share and what holds for its version
 * only, and forbids undescribed properties in responses.
 */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  const answers: Answer[] = [];
  for (const [path, operation] of operationsOf(document)) {
    completeForVersion(path, operation);
    operation.parameters = [...(operation.parameters ?? []), REQUEST_ID];
    for (const [status, answer] of Object.entries(operation.responses)) {
      const help: Record<string, object> = Number(status) >= 400 ? { Link: HELP } : {};
      answer.headers = {
        ...answer.headers,
        'X-Request-Id': EVERY_ANSWER,
        ...help,
        ...ANSWER_HEADERS[status],
      };
      answers.push(answer);
    }
  }
  closeSchemas(document, answers);
  return document;
}

function operationsOf({ paths }: OpenAPIObject): [string, Operation][] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.values(operations as Record<string, unknown>)
      .filter(
        (entry): entry is Operation => typeof entry === 'object' && entry !== null && 'responses' in entry,
      )
      .map((operation): [string, Operation] => [path, operation]),
  );
}

/**
 * Adds the part of the operation's version. Both versions share the objects that Nest creates per handler, so each
 * version gets copies.
 */
function completeForVersion(path: string, operation: Operation): void {
  const { [BY_VERSION]: parts } = operation;
  if (parts === undefined) return;
  const { responses, parameters } = structuredClone(parts[versionOf(path)]);
  operation.responses = { ...operation.responses, ...responses };
  operation.parameters = [...(operation.parameters ?? []), ...parameters];
  Reflect.deleteProperty(operation, BY_VERSION);
}

/**
 * Forbids additional properties in the schemas of responses. Request bodies stay open, since both versions share their
 * schemas, and version 3 ignores unknown fields.
 */
function closeSchemas(document: OpenAPIObject, answers: readonly Answer[]): void {
  const schemas = (document.components?.schemas ?? {}) as Record<string, object>;
  const closed = new Set<string>();
  const pending: object[] = [...answers];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const name of schemasNamedIn(next)) {
      const schema = schemas[name];
      if (schema === undefined || closed.has(name)) continue;
      closed.add(name);
      pending.push(schema);
      Object.assign(schema, { additionalProperties: false });
    }
  }
}

function schemasNamedIn(part: object): string[] {
  const found = JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
  return [...found].map(([, name]) => name ?? '');
}

function header(description: string): object {
  return { description, schema: { type: 'string' } };
}
