import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BadParameters, MethodNotAllowed, NotFound } from '../../common/errors.js';
import { answerClientError } from './client-error.js';
import { COMMON_HEADERS } from './common-headers.js';
import { errorBody } from '../errors/error-body.js';
import { requestIdFrom } from './request-id.js';
import { RouteTable } from './route-table.js';
import { toDomainError } from '../errors/to-domain-error.js';
import { UnreadBody } from './unread-body.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The Content-Type that the caller sent. It is checked only after the caller's permissions. */
    declaredContentType: string | undefined;
  }

  interface FastifyContextConfig {
    /** Makes the route read its body itself, after the caller is authorized, up to the larger limit. */
    largeBody?: boolean;
  }
}

export interface HttpAdapterOptions {
  readonly maxValueBytes: number;
  /** The largest body of a route with `largeBody`, in bytes. */
  readonly maxImportBytes: number;
  /** The addresses and networks whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly string[];
}

/** Bounds the JSON of a value: an escape takes up to six bytes per byte of the value. */
const BYTES_PER_ESCAPE = 6;
const OTHER_FIELDS_BYTES = 16_384;

/** Returns the largest body to read, in bytes. A longer body cannot hold a value within the limit. */
export function bodyLimit(maxValueBytes: number): number {
  return BYTES_PER_ESCAPE * maxValueBytes + OTHER_FIELDS_BYTES;
}

/** Exceeds the idle timeout of common load balancers, so that none reuses a connection that is being closed. */
const KEEP_ALIVE_MS = 72_000;

/**
 * Creates the HTTP server, which limits and routes requests and reads their bytes. Content type and body are checked
 * later, after authentication and authorization.
 */
export function createHttpAdapter({
  maxValueBytes,
  maxImportBytes,
  trustedProxies,
}: HttpAdapterOptions): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimit(maxValueBytes),
    routerOptions: { maxParamLength: 2_000, caseSensitive: true, ignoreTrailingSlash: false },
    genReqId: (raw: IncomingMessage) => requestIdFrom(raw.headers['x-request-id']),
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    return503OnClosing: false,
    exposeHeadRoutes: true,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: 60_000,
    http: { headersTimeout: 20_000, maxHeaderSize: 16_384, requireHostHeader: false },
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
    logger: false,
    skipMiddie: true,
  });
  const instance: FastifyInstance = adapter.getInstance();
  acceptAnyBody(instance, maxImportBytes);
  rejectUnknownPaths(instance);
  return adapter;
}

/** Names the internal content type of large bodies, whose parser leaves them unread. */
const LARGE_BODY = 'application/x-large-body';

/** Accepts bodies of any content type as bytes. An absent body is undefined, a large one an `UnreadBody`. */
function acceptAnyBody(instance: FastifyInstance, maxImportBytes: number): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser(LARGE_BODY, (_request, payload, done) =>
    done(null, new UnreadBody(payload, maxImportBytes)),
  );
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  instance.decorateRequest('declaredContentType', undefined);
  instance.addHook('onRequest', (request, reply, done) => {
    reply.headers(COMMON_HEADERS).header('X-Request-Id', request.id);
    request.declaredContentType = request.raw.headers['content-type'];
    request.raw.headers['content-type'] =
      request.routeOptions.config.largeBody === true ? LARGE_BODY : undefined;
    done();
  });
}

function rejectUnknownPaths(instance: FastifyInstance): void {
  const routes = new RouteTable();
  instance.addHook('onRoute', ({ url, method }) => routes.add(url, [method].flat()));
  instance.addHook('onRequest', (request, _reply, done) => done(pathProblem(request, routes)));
}

function pathProblem(request: FastifyRequest, routes: RouteTable): Error | undefined {
  const { raw } = request;
  if (raw.headers.host === undefined && raw.httpVersion === '1.1') {
    return new BadParameters('The Host header is missing');
  }
  const path = pathOf(raw.url ?? '');
  const hidesSlash = path.includes('%') && /%2f/i.test(path);
  if (!request.is404 && !hidesSlash) return undefined;
  const allowed = hidesSlash ? [] : routes.methodsFor(path);
  if (allowed.length === 0 || allowed.includes(raw.method ?? '')) {
    return new NotFound('There is nothing at this address');
  }
  return new MethodNotAllowed(allowed);
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** Answers errors that the router raises before any hook runs: a malformed escape or an overlong parameter. */
function answerFrameworkError(thrown: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const error = toDomainError(thrown);
  void reply
    .code(error.status)
    .headers({ ...error.headers, ...COMMON_HEADERS, 'X-Request-Id': request.id })
    .type('application/json; charset=utf-8')
    .send(errorBody(error, request.id));
}
