import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Forbidden } from '../../../common/errors.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by @fastify/cors: true if the request is OPTIONS and of an admitted origin. */
    corsPreflightEnabled?: boolean;
  }
}

/** Lists what a page may send and read beyond what the Fetch standard lets every page send and read. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const REQUEST_HEADERS = [
  ...['Authorization', 'Authentication-Token', 'Tenant', 'Content-Type', 'X-Export-Passphrase'],
  'Last-Event-ID',
  ...['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since'],
  ...['X-Request-Id', 'X-Reason', 'traceparent', 'tracestate'],
];
const RESPONSE_HEADERS = [
  ...['Allow', 'ETag', 'Link', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
  ...['Strongroom-Trash-Id', 'Strongroom-Trash-Until'],
];

/** Sets for how long a browser need not ask again, in seconds. */
const PREFLIGHT_SECONDS = 600;

/**
 * Lets pages of these origins call the API from a browser; without any, no answer has a header of CORS. Browsers send no
 * cookies and no stored passwords with such calls: a page has to have the credentials.
 */
export function admitOrigins(app: NestFastifyApplication, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const admitted = new Set(origins);
  app.enableCors({
    // With `false`, an answer has `Vary` and nothing else.
    origin: (origin, callback) =>
      callback(null, origin !== undefined && admitted.has(origin) ? origin : false),
    methods: METHODS,
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: RESPONSE_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
    credentials: false,
    // The hooks of every request come first, so that this one is logged and bounded too.
    preflightContinue: true,
    strictPreflight: false,
  });
}

/** Tells whether a browser asks on behalf of an admitted page what it may send. */
export function isAdmittedPreflight({ corsPreflightEnabled, headers }: FastifyRequest): boolean {
  return corsPreflightEnabled === true && headers['access-control-request-method'] !== undefined;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Returns the error for a change that a page of an origin that is not admitted asks for. Browsers send some of these
 * without asking before, with the password that a person once typed, and only hide the answer from the page.
 */
export function foreignChange(
  { method, headers }: FastifyRequest,
  origins: readonly string[],
): Forbidden | undefined {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none' || SAFE_METHODS.has(method))
    return undefined;
  if (origins.includes(headers.origin ?? '')) return undefined;
  return new Forbidden(
    'A page of another origin may change nothing here; to admit it, add its origin to STRONGROOM_CORS_ORIGINS',
  );
}
