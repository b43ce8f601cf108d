import { DomainError } from './domain-error.js';

export class BadParameters extends DomainError {
  constructor(message: string) {
    super('bad_parameters_error', 400, message);
  }
}

/** Refuses a request that is not proper HTTP, and ends its connection. */
export class MalformedRequest extends DomainError {
  constructor(message = 'The request is malformed') {
    super('bad_parameters_error', 400, message, 'info', { Connection: 'close' });
  }
}

export class NoSuchIncludeField extends DomainError {
  constructor(message: string) {
    super('no_such_include_field_error', 400, message);
  }
}

export class IllegalAction extends DomainError {
  constructor(message: string) {
    super('illegal_action_error', 400, message);
  }
}

/** Begins the messages for credentials that prove no user; clients match these words. */
const NO_INFO = 'User unauthorized: No authentication info provided';

/** Answers unknown, wrong, locked and inactive credentials alike. */
export class Unauthorized extends DomainError {
  constructor(
    message = `${NO_INFO} that is right: the user name or the password is wrong, or the user is locked or inactive; ` +
      'correct them, wait a while, or ask an administrator',
  ) {
    super('unauthorized_error', 401, message, 'info', {
      'WWW-Authenticate': 'Basic realm="Strongroom", charset="UTF-8"',
    });
  }
}

/** Answers a request whose header holds no credentials that could be looked up. */
export class NoCredentials extends Unauthorized {
  /** @param problem says what the header lacks, as the rest of the sentence */
  constructor(problem: string) {
    super(`${NO_INFO}${problem}`);
  }
}

export class Forbidden extends DomainError {
  constructor(message: string) {
    super('forbidden_error', 403, message);
  }
}

export class NotFound extends DomainError {
  constructor(message: string) {
    super('not_found_error', 404, message);
  }
}

/** Answers an address that no route has. Its code differs from that of a missing resource, which clients may act on. */
export class UnknownAddress extends DomainError {
  /** @param hint says what would be right, as the rest of a sentence */
  constructor(hint = 'addresses begin with /api/v3.1/ or /api/v3/') {
    super(
      'unknown_address',
      404,
      `There is nothing at this address: ${hint} (/api/docs lists all addresses)`,
    );
  }
}

export class MethodNotAllowed extends DomainError {
  constructor(allowed: readonly string[]) {
    super('method_not_allowed', 405, `Method not allowed here; use ${allowed.join(', ')}`, 'info', {
      Allow: allowed.join(', '),
    });
  }
}

/** Answers a method that no address takes (RFC 9110, section 15.6.2), and ends its connection. */
export class UnknownMethod extends DomainError {
  constructor() {
    super(
      'method_not_allowed',
      501,
      'This method is served at no address; use GET, HEAD, POST, PUT, PATCH or DELETE',
      'info',
      { Connection: 'close' },
    );
  }
}

export class Conflict extends DomainError {
  constructor(message: string) {
    super('conflict_error', 409, message);
  }
}

/** Refuses a version of a secret whose value has been erased; it never comes back (RFC 9110, section 15.5.11). */
export class VersionDestroyed extends DomainError {
  constructor(message: string) {
    super('version_destroyed', 410, message);
  }
}

/** Refuses a part of the audit trail that has been pruned; it never comes back. */
export class Pruned extends DomainError {
  constructor(message: string) {
    super('pruned', 410, message);
  }
}

/** Tells the state that a failed condition found, in the forms of the API. */
export interface PresentState {
  /** With its quotes. */
  readonly etag: string;
  readonly updated_at: string;
  readonly updated_by?: string | undefined;
}

/** Refuses a request that demands another state than there is (RFC 9110, section 15.5.13). */
export class PreconditionFailed extends DomainError {
  constructor(message: string, state?: PresentState) {
    super('precondition_failed', 412, message, 'info', state && { ETag: state.etag }, { ...state });
  }
}

/** Refuses a change that does not name the state that it is based on (RFC 6585, section 3). */
export class PreconditionRequired extends DomainError {
  constructor(message: string) {
    super('precondition_required', 428, message);
  }
}

/** Ends a request whose body stopped arriving, or arrives too slowly. */
export class RequestTimeout extends DomainError {
  constructor(message = 'The request took too long to arrive') {
    super('request_timeout', 408, message);
  }
}

export class TooLarge extends DomainError {
  constructor(message: string) {
    super('too_large', 413, message);
  }
}

export class UriTooLong extends DomainError {
  constructor(message: string) {
    super('uri_too_long', 414, message);
  }
}

export class UnsupportedContentType extends DomainError {
  constructor() {
    super(
      'unsupported_content_type_error',
      415,
      'Content-Type must be application/json, in UTF-8 and not compressed',
    );
  }
}

export class TooManyRequests extends DomainError {
  constructor(message: string, retryAfterSeconds = 1) {
    super('too_many_requests', 429, message, 'warn', { 'Retry-After': String(retryAfterSeconds) });
  }
}

/** Refuses requests during maintenance. Its end is unknown, so there is no `Retry-After`. */
export class MaintenanceModeActive extends DomainError {
  constructor() {
    super(
      'maintenance_mode_active',
      503,
      'The service is in maintenance mode: it answers only requests for tokens, status, version, configuration, the ' +
        'calling user and the mode itself until an administrator ends it by POST /api/v3.1/maintenance/deactivate',
      'debug',
    );
  }
}

/** Reports that something the service needs is temporarily missing; the same request may succeed later. */
export class Unavailable extends DomainError {
  constructor(
    message = 'The service cannot reach its database; try again shortly',
    options?: { cause?: unknown },
  ) {
    super('unavailable', 503, message, 'error', { 'Retry-After': '2' });
    this.cause = options?.cause;
  }
}

/** Reports that other requests keep the service busy: too many wait, or one holds a lock that this request needs. */
export class Busy extends DomainError {
  constructor(
    message = 'Too many requests wait for the same resource; try again in a second',
    options?: { cause?: unknown },
  ) {
    super('busy', 503, message, 'warn', { 'Retry-After': '1' });
    this.cause = options?.cause;
  }
}

/** Refuses a request that costs more than one request may. */
export class TooCostly extends DomainError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('too_costly', 400, message, 'warn');
    this.cause = options?.cause;
  }
}
