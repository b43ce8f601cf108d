import type { OpenAPIObject } from '@nestjs/swagger';

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
  readonly responses: Record<string, Answer>;
  parameters?: object[];
}

/** Says of every operation what holds for all of them, and that answers have no properties but those described. */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  const answers: Answer[] = [];
  for (const operation of operationsOf(document)) {
    operation.parameters = [...(operation.parameters ?? []), REQUEST_ID];
    for (const [status, answer] of Object.entries(operation.responses)) {
      answer.headers = { ...answer.headers, 'X-Request-Id': EVERY_ANSWER, ...ANSWER_HEADERS[status] };
      answers.push(answer);
    }
  }
  closeSchemas(document, answers);
  return document;
}

function operationsOf({ paths }: OpenAPIObject): Operation[] {
  return Object.values(paths).flatMap((path) =>
    Object.values(path as Record<string, unknown>).filter(
      (entry): entry is Operation => typeof entry === 'object' && entry !== null && 'responses' in entry,
    ),
  );
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
