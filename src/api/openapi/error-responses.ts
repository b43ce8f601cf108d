import { credentialsProblem } from '../../auth/basic-credentials.js';
import { DomainError } from '../../common/domain-error.js';
import {
  BadParameters,
  Busy,
  Conflict,
  MaintenanceModeActive,
  NoCredentials,
  PreconditionFailed,
  PreconditionRequired,
  RequestTimeout,
  TooLarge,
  TooManyRequests,
  Unauthorized,
  Unavailable,
  UnknownAddress,
  UnsupportedContentType,
  UriTooLong,
  VersionDestroyed,
} from '../../common/errors.js';
import { permissionRefused, tenantRefused } from '../../common/tenant-refused.js';
import { errorBody } from '../errors/error-body.js';
import { internalError } from '../errors/to-domain-error.js';

/** Stands for the id of the request in the examples. */
const EXAMPLE_ID = '0199c1a5-6b1e-7c3a-9d2f-3e1a5b7c9d0e';

/** Describes the error responses that many operations share. */
export interface ErrorResponse {
  /** The name among the components of the document. */
  readonly name: string;
  readonly description: string;
  /** Errors as they are answered, which become the examples. */
  readonly errors: readonly DomainError[];
}

/** Maps the statuses of errors to their responses; an operation can have examples of its own instead. */
export const ERROR_RESPONSES = {
  400: {
    name: 'BadRequest',
    description: 'The request is malformed or breaks a rule.',
    errors: [new BadParameters('`_size` must be a whole number from 0 to 1000')],
  },
  401: {
    name: 'Unauthorized',
    description: 'The credentials are missing or not valid.',
    errors: [new NoCredentials(credentialsProblem(undefined)), new Unauthorized()],
  },
  403: {
    name: 'Forbidden',
    description:
      'The caller lacks the permission, or there is no such tenant: both look the same on purpose.',
    errors: [permissionRefused('user_create'), tenantRefused('secret_get', 'nowhere')],
  },
  404: {
    name: 'NotFound',
    description: 'What the path or the body names does not exist, or is not visible to the caller.',
    errors: [new UnknownAddress('did you mean `/api/v3.1/secrets`?')],
  },
  408: {
    name: 'RequestTimeout',
    description: 'The body stopped arriving, or arrives too slowly.',
    errors: [new RequestTimeout()],
  },
  409: {
    name: 'Conflict',
    description: 'The request conflicts with the present state, such as a name that is taken.',
    errors: [new Conflict('Tenant `payments` already exists')],
  },
  410: {
    name: 'Gone',
    description: 'What is asked for was there once, and has expired or has been destroyed.',
    errors: [new VersionDestroyed('Version 3 of the secret `db.password` was destroyed')],
  },
  412: {
    name: 'PreconditionFailed',
    description: 'The secret is not in the state that `If-Match` or `If-None-Match` demands.',
    errors: [new PreconditionFailed('The secret is not in the state that `If-Match` demands')],
  },
  413: {
    name: 'TooLarge',
    description: 'The body, or the value in it, is too large.',
    errors: [new TooLarge('The body is larger than 409600 bytes; 500000 were announced')],
  },
  414: {
    name: 'UriTooLong',
    description: 'A name in the path is longer than any name can be.',
    errors: [new UriTooLong('The address is too long')],
  },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body is not JSON, not in UTF-8, or compressed.',
    errors: [new UnsupportedContentType()],
  },
  422: {
    name: 'UnprocessableContent',
    description: 'The request is all or nothing, and some of its secrets stand in the way.',
    errors: [
      new DomainError(
        'bulk_refused',
        422,
        'No secret was given, since the value is hidden from you of db.password',
      ),
    ],
  },
  428: {
    name: 'PreconditionRequired',
    description: 'The tenant requires `If-Match` on changes.',
    errors: [new PreconditionRequired('The tenant takes changes with `If-Match` only')],
  },
  429: {
    name: 'TooManyRequests',
    description:
      'Too many passwords wait to be checked or stored, or too many requests wait for changes. Requests with a token do ' +
      'not wait for passwords.',
    errors: [new TooManyRequests('Too many passwords wait to be checked; try again in a second')],
  },
  500: {
    name: 'InternalServerError',
    description: 'The service failed. The log has the reason under the id of the request.',
    errors: [internalError()],
  },
  503: {
    name: 'ServiceUnavailable',
    description:
      'The service cannot serve the request now. A change was not made, unless the message says to read it first.',
    errors: [new Busy(), new Unavailable(), new MaintenanceModeActive()],
  },
} satisfies Record<number, ErrorResponse>;

export type DescribedStatus = keyof typeof ERROR_RESPONSES;

/** Returns these errors as they are answered, as the examples of a response in OpenAPI's notation. */
export function errorExamples(errors: readonly DomainError[]): Record<string, object> {
  const names = errors.map(({ code }, index) => {
    const isRepeated = errors.findIndex((other) => other.code === code) < index;
    return isRepeated ? `${code}_${index + 1}` : code;
  });
  return Object.fromEntries(
    errors.map((error, index): [string, object] => [
      names[index] ?? '',
      { value: errorBody(error, EXAMPLE_ID) },
    ]),
  );
}
