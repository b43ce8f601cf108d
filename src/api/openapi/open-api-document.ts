import type { OpenAPIObject } from '@nestjs/swagger';
import { versionOf } from '../http/api-version.decorator.js';
import { LONGEST_REASON, REASON_HEADER } from '../../common/reason.js';
import { ErrorBody } from '../errors/error-body.js';
import { BY_VERSION } from './described-operation.decorator.js';
import { ERROR_RESPONSES, errorExamples } from './error-responses.js';
import {
  BODY_RULE,
  operationsOf,
  versionInPath,
  type Document,
  type Operation,
  type PathItem,
  type Response,
} from './document-parts.js';
import { separateVersions } from './schemas-by-version.js';
import { sharedParameters } from './shared-parameters.js';

/** Exceeds the number of parts of any path, twice. */
const DEEPEST = 32;

const text = { type: 'string' };

const PARAMETERS = {
  RequestId: {
    name: 'X-Request-Id',
    in: 'header',
    description:
      'An id by which the logs show this request: 1 to 128 letters, digits, `.`, `_`, `:` and `-`. Anything else is ' +
      'replaced by a new id.',
    schema: text,
  },
  Reason: {
    name: REASON_HEADER,
    in: 'header',
    description:
      `Why the request is made, in UTF-8, up to ${LONGEST_REASON} characters without line breaks. The audit trail records ` +
      'it with each event of the request.',
    schema: { type: 'string', maxLength: LONGEST_REASON },
  },
};

const HEADERS = {
  RequestId: {
    description: 'The id of the request: the one that was sent if it is acceptable, otherwise a new one.',
    schema: text,
  },
  Help: {
    description: 'The address of what the `error_code` means and what to do, with `rel="help"`.',
    schema: text,
  },
  PresentState: {
    description: 'The `ETag` of the present state, where the caller may know it.',
    schema: text,
  },
  Authenticate: { description: 'The authentication scheme to use.', schema: text },
  RetryAfter: {
    description: 'The number of seconds to wait before retrying; left out where nobody knows it.',
    schema: { type: 'string', pattern: '^[0-9]+$' },
  },
};

const EVERY_ANSWER = { 'X-Request-Id': refTo('headers', 'RequestId') };
const EVERY_ERROR = { ...EVERY_ANSWER, Link: refTo('headers', 'Help') };
const ERROR_HEADERS: Readonly<Record<string, Record<string, object>>> = {
  '401': { 'WWW-Authenticate': refTo('headers', 'Authenticate') },
  '412': { ETag: refTo('headers', 'PresentState') },
  '429': { 'Retry-After': refTo('headers', 'RetryAfter') },
  '503': { 'Retry-After': refTo('headers', 'RetryAfter') },
};

/**
 * Completes the generated document: adds to every operation what all operations share and what holds for its version
 * only, and puts what is shared among the components.
 * @param shortestPassword the fewest characters of a new password
 */
export function completeDocument(generated: OpenAPIObject, shortestPassword: number): OpenAPIObject {
  const document = generated as unknown as Document;
  for (const [path, operation] of operationsOf(document)) completeOperation(path, operation);
  Object.assign(document.components, {
    parameters: { ...PARAMETERS, ...sharedParameters(document) },
    headers: HEADERS,
    responses: sharedResponses(document),
  });
  separateVersions(document);
  boundPasswords(document, shortestPassword);
  document.paths = inOrder(document);
  return generated;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
}

function completeOperation(path: string, operation: Operation): void {
  operation.operationId += versionSuffix(path);
  addVersionPart(path, operation);
  const headers = operation.security === undefined ? ['RequestId'] : ['RequestId', 'Reason'];
  operation.parameters = [
    ...(operation.parameters ?? []),
    ...headers.map((name) => refTo('parameters', name)),
  ];
  for (const [status, response] of Object.entries(operation.responses))
    operation.responses[status] = completeResponse(status, response);
}

/** Returns the end of an operation's id: an id without one belongs to the newest version. */
function versionSuffix(path: string): string {
  if (versionInPath(path) === 'v3') return 'V3';
  return path.startsWith('/api/') && versionInPath(path) === undefined ? 'Unversioned' : '';
}

/**
 * Adds the part of the operation's version. Both versions share the objects that Nest creates per handler, so each
 * version gets copies.
 */
function addVersionPart(path: string, operation: Operation): void {
  const { [BY_VERSION]: parts } = operation;
  operation.responses = { ...operation.responses };
  if (parts === undefined) return;
  const {
    responses,
    parameters,
    requestBody,
    bodyRule = {},
    path: values,
  } = structuredClone(parts[versionOf(path)]);
  Object.assign(operation.responses, responses);
  const common = (operation.parameters ?? []).filter(
    (one) => !parameters.some((other) => isSame(one, other)),
  );
  operation.parameters = [...common, ...parameters].map((parameter) => withExample(parameter, values));
  if (requestBody !== undefined) Object.assign(operation, { requestBody, [BODY_RULE]: bodyRule });
  Reflect.deleteProperty(operation, BY_VERSION);
}

/** Tells whether a version describes a parameter in place of what both versions have. */
function isSame(one: object, other: object): boolean {
  return (['name', 'in'] as const).every(
    (member) => (one as Parameter)[member] === (other as Parameter)[member],
  );
}

function withExample(parameter: object, values: Readonly<Record<string, string>> = {}): object {
  const { name, in: place } = parameter as Parameter;
  return place === 'path' && values[name] !== undefined ? { ...parameter, example: values[name] } : parameter;
}

function completeResponse(status: string, response: Response): Response {
  const shared = (ERROR_RESPONSES as Record<string, { name: string; description: string }>)[status];
  if (shared === undefined) return { ...response, headers: { ...response.headers, ...EVERY_ANSWER } };
  if (response.content === undefined) return refTo('responses', shared.name);
  return {
    ...response,
    description: response.description === '' ? shared.description : (response.description ?? ''),
    headers: { ...response.headers, ...EVERY_ERROR, ...ERROR_HEADERS[status] },
  };
}

/** Returns the responses to which operations refer. */
function sharedResponses({ paths }: Document): Record<string, object> {
  const used = JSON.stringify(paths);
  const schema = refTo('schemas', ErrorBody.name);
  return Object.fromEntries(
    Object.entries(ERROR_RESPONSES)
      .filter(([, { name }]) => used.includes(refTo('responses', name).$ref))
      .map(([status, { name, description, errors }]) => [
        name,
        {
          description,
          headers: { ...EVERY_ERROR, ...ERROR_HEADERS[status] },
          content: { 'application/json': { schema, examples: errorExamples(errors) } },
        },
      ]),
  );
}

/** Sets the shortest length of the fields with the format `password`, which is configured. */
function boundPasswords({ components: { schemas } }: Document, shortest: number): void {
  for (const { properties = {} } of Object.values(schemas))
    for (const field of Object.values(properties))
      if (field.format === 'password') field.minLength = shortest;
}

/**
 * Sorts the paths by tag, as the document lists the tags, then by version with the newest first. What a tag is about comes
 * before its parts.
 */
function inOrder({ paths, tags }: Document): Record<string, PathItem> {
  const names = tags.map(({ name }) => name);
  const placeOf = ([path, item]: [string, PathItem]): number => {
    const [first] = Object.values(item);
    const group = names.indexOf(first?.tags?.[0] ?? '') * 2 + (versionInPath(path) === 'v3' ? 1 : 0);
    return group * DEEPEST + path.split('/').length * 2 + (path.endsWith('}') ? 0 : 1);
  };
  const sorted = Object.entries(paths).sort((one, other) => placeOf(one) - placeOf(other));
  return Object.fromEntries(sorted.map(([path, item]) => [path, byMethod(item)]));
}

/** Sorts operations so that what makes a thing comes first, and what takes it away last. */
function byMethod(item: PathItem): PathItem {
  const place = ([method]: [string, Operation]): number =>
    ['put', 'post', 'get', 'patch', 'delete'].indexOf(method);
  return Object.fromEntries(Object.entries(item).sort((one, other) => place(one) - place(other)));
}

function refTo(kind: string, name: string): { $ref: string } {
  return { $ref: `#/components/${kind}/${name}` };
}
