import { HttpException } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import {
  BadParameters,
  Forbidden,
  RequestTimeout,
  TooLarge,
  TooManyRequests,
  Unauthorized,
  Unavailable,
  UnknownAddress,
  UnknownMethod,
  UnsupportedContentType,
  UriTooLong,
} from '../../common/errors.js';
import { asDomainError } from '../../database/connection/unavailability.js';

/**
 * Maps the statuses of framework errors to our errors. The framework's own messages are dropped, since they may quote
 * the request.
 */
const BY_STATUS: Readonly<Record<number, () => DomainError>> = {
  400: () => new BadParameters('The request is malformed'),
  401: () => new Unauthorized(),
  403: () => new Forbidden('This is not allowed'),
  404: () => new UnknownAddress(),
  405: () => new DomainError('method_not_allowed', 405, 'Method not allowed here'),
  408: () => new RequestTimeout(),
  413: () => new TooLarge('The request is too large'),
  414: () => new UriTooLong('The address is too long'),
  415: () => new UnsupportedContentType(),
  429: () => new TooManyRequests('Too many requests; try again shortly'),
  431: () => new DomainError('too_large', 431, 'The headers of the request are too large'),
  501: () => new UnknownMethod(),
  503: () => new Unavailable(),
};

/**
 * Returns the error to answer with for anything thrown. Everything that is not known to be harmless becomes a 500
 * without details.
 */
export function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  const status = frameworkStatus(thrown);
  if (status !== undefined) return errorForStatus(status);
  const error = asDomainError(thrown);
  return error instanceof DomainError ? error : internalError();
}

/** Returns the error for an HTTP status: a generic one for an unlisted 4xx, an internal error for everything else. */
export function errorForStatus(status: number): DomainError {
  const known = BY_STATUS[status];
  if (known !== undefined) return known();
  if (status < 400 || status > 499) return internalError();
  return new DomainError('bad_parameters_error', status, 'The request cannot be served');
}

/** Returns the error for a failure that nobody foresaw. */
export function internalError(): DomainError {
  return new DomainError('internal_server_error', 500, 'Internal error', 'error');
}

function frameworkStatus(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (typeof thrown !== 'object' || thrown === null || !('statusCode' in thrown)) return undefined;
  const { statusCode } = thrown;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode <= 499 ? statusCode : undefined;
}
