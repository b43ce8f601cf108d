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
    /** The Content-Type as the caller sent it, set aside until the rights are checked. */
    declaredContentType: string | undefined;
  }

  interface FastifyContextConfig {
    /** Whether the route reads its body itself, once it knows who is calling, and up to the larger limit. */
    largeBody?: boolean;
  }
}

export interface HttpAdapterOptions {
  readonly maxValueBytes: number;
  /** Bytes of the longest body of a route with `largeBody`. */
  readonly maxImportBytes: number;
  /** Addresses or networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
}

/** JSON may write each byte of a value as six, and has other fields beside it. */
const BYTES_PER_ESCAPE = 6;
const ROOM_FOR_OTHER_FIELDS = 16_384;

/** Bytes of the longest body that is read: what is longer can hold no value that is short enough. */
export function bodyLimit(maxValueBytes: number): number {
  return BYTES_PER_ESCAPE * maxValueBytes + ROOM_FOR_OTHER_FIELDS;
}

/** Longer than a load balancer keeps its idle connections, so that it never reuses one that is being closed. */
const KEEP_ALIVE_MS = 72_000;

/**
 * Makes the HTTP server, which bounds, names and routes requests and collects their bytes. Content type and body are
 * judged later, where they are needed: who is calling and what they may do come first.
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
  takeAnyBody(instance, maxImportBytes);
  judgeAddresses(instance);
  return adapter;
}

/** What a large body is called within, so that it has a parser of its own: one that leaves it where it is. */
const LARGE_BODY = 'application/x-large-body';

/** Every body, of whatever type it claims to be, arrives as its bytes; none at all as undefined, a large one unread. */
function takeAnyBody(instance: FastifyInstance, maxImportBytes: number): void {
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

function judgeAddresses(instance: FastifyInstance): void {
  const routes = new RouteTable();
  instance.addHook('onRoute', ({ url, method }) => routes.add(url, [method].flat()));
  instance.addHook('onRequest', (request, _reply, done) => done(addressProblem(request, routes)));
}

function addressProblem(request: FastifyRequest, routes: RouteTable): Error | undefined {
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

/** What the router refuses before any hook runs: a malformed escape, a parameter that is too long. */
function answerFrameworkError(thrown: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const error = toDomainError(thrown);
  void reply
    .code(error.status)
    .headers({ ...error.headers, ...COMMON_HEADERS, 'X-Request-Id': request.id })
    .type('application/json; charset=utf-8')
    .send(errorBody(error, request.id));
}
