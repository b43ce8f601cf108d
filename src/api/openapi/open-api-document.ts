import type { OpenAPIObject } from '@nestjs/swagger';
import { versionOf } from '../http/api-version.decorator.js';
import { BY_VERSION, type ByVersion, type VersionPart } from './by-version.decorator.js';

const REQUEST_ID = {
  name: 'X-Request-Id',
  in: 'header',
  schema: { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,128}$' },
};

const EVERY_ANSWER = header('The id of the request: the one that was sent, or a new one');
const ANSWER_HEADERS: Readonly<Record<string, Record<string, object>>> = {
  '401': { 'WWW-Authenticate': header('How to say who is calling') },
  '429': { 'Retry-After': header('Seconds to wait') },
  '503': { 'Retry-After': header('Seconds to wait') },
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
 * Adds to every operation what holds for all of them and what is true of its version only, and closes answers to
 * properties that are not described.
 */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  const answers: Answer[] = [];
  for (const [path, operation] of operationsOf(document)) {
    completeForVersion(path, operation);
    operation.parameters = [...(operation.parameters ?? []), REQUEST_ID];
    for (const [status, answer] of Object.entries(operation.responses)) {
      answer.headers = { ...answer.headers, 'X-Request-Id': EVERY_ANSWER, ...ANSWER_HEADERS[status] };
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

/** Both versions share what Nest reads from the one handler, so each gets copies of its own part. */
function completeForVersion(path: string, operation: Operation): void {
  const { [BY_VERSION]: parts } = operation;
  if (parts === undefined) return;
  const { responses, parameters } = structuredClone(parts[versionOf(path)]);
  operation.responses = { ...operation.responses, ...responses };
  operation.parameters = [...(operation.parameters ?? []), ...parameters];
  Reflect.deleteProperty(operation, BY_VERSION);
}

/** Bodies of requests stay open, since unknown fields are ignored there. */
function closeSchemas(document: OpenAPIObject, answers: readonly Answer[]): void {
  const schemas = (document.components?.schemas ?? {}) as Record<string, object>;
  const closed = new Set<string>();
  const left: object[] = [...answers];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const name of schemasNamedIn(next)) {
      const schema = schemas[name];
      if (schema === undefined || closed.has(name)) continue;
      closed.add(name);
      left.push(schema);
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
