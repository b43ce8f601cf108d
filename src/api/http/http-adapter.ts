import type { IncomingMessage, RequestListener } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BadParameters, MethodNotAllowed, UnknownAddress } from '../../common/errors.js';
import type { Logger } from '../../observability/logger.js';
import { NoMetrics, type Metrics } from '../../observability/metrics/metrics.js';
import { isTracing } from '../../observability/tracing/tracing.js';
import { acceptBodies, type BodyLimits } from './accept-bodies.js';
import { AccessLog } from './access-log.js';
import { addressHint } from './address-hint.js';
import { answerClientError } from './client-error.js';
import { ConnectionOrder } from './connection-order.js';
import { cleanForwardedFor, keepAddresses } from './proxies/forwarded-for.js';
import { forwardedBy } from './proxies/forwarded-by.js';
import { answerRouterError } from './router-error.js';
import { foreignChange, isAdmittedPreflight } from './headers/cors.js';
import { leaveOutLengthOfNotModified } from './not-modified-length.js';
import { requestIdFrom } from './request-id.js';
import { RequestMetrics } from './observation/request-metrics.js';
import { inRequestSpan } from './observation/request-spans.js';
import type { CertificateWatch } from './server/certificate-watch.js';
import { createServer, type Refuse, type ServerTimes } from './server/create-server.js';
import { requestProblem } from './request-problem.js';
import { RouteTable } from '../routes/route-table.js';
import { requireStorableText } from '../input/storable-json.js';
import { jsonOf } from '../json/json-text.js';

export interface HttpAdapterOptions extends BodyLimits, ServerTimes {
  /** The addresses and networks whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly string[];
  /** Limits the tenants that metrics name. */
  readonly metricsTenants: number;
  /** The origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[];
  /** Gives the server its certificate; undefined to serve without TLS. */
  readonly certificate?: CertificateWatch | undefined;
}

/**
 * Creates the HTTP server, which limits, orders and routes requests. Bodies stay unread until a handler asks for them,
 * after authentication and authorization.
 */
export function createHttpAdapter(
  options: HttpAdapterOptions,
  logger: Logger,
  metrics: Metrics = new NoMetrics(),
): FastifyAdapter {
  const { trustedProxies } = options;
  const order = new ConnectionOrder();
  const asForwarded = forwardedBy(trustedProxies);
  const log = new AccessLog(logger);
  const counted = new RequestMetrics(metrics, options.metricsTenants);
  const refuse: Refuse = (error, socket) => {
    const answered = answerClientError(error, socket, order.isAnswering(socket));
    if (answered !== undefined) log.noHttp(socket, answered);
  };
  const adapter = new FastifyAdapter({
    routerOptions: { maxParamLength: 2_000, caseSensitive: true, ignoreTrailingSlash: false },
    genReqId: (raw: IncomingMessage) => requestIdFrom(raw.headers['x-request-id']),
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    return503OnClosing: false,
    exposeHeadRoutes: true,
    serverFactory: (handler: RequestListener) => createServer(handler, options, { refuse, logger }),
    // The router raises these before any hook runs, so they take their turn here.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      order.take(request.raw, reply.raw, () => {
        keepAddresses(request);
        asForwarded(request);
        log.watch(request, reply);
        counted.watch(request, reply);
        inRequestSpan(request, reply, () => answerRouterError(error, request, reply));
      }),
    clientErrorHandler: refuse,
    logger: false,
    skipMiddie: true,
  });
  const instance: FastifyInstance = adapter.getInstance();
  keepOrder(instance, order);
  cleanForwardedFor(instance, logger);
  observe(instance, log, counted);
  acceptBodies(instance, options, metrics);
  leaveOutLengthOfNotModified(instance);
  rejectMalformedAndUnknown(instance, options);
  instance.setReplySerializer(jsonOf);
  return adapter;
}

/** Keeps the requests of each connection in order. */
function keepOrder(instance: FastifyInstance, order: ConnectionOrder): void {
  instance.addHook('onRequest', (request, reply, done) => order.take(request.raw, reply.raw, done));
}

/** Logs, counts and traces the requests. */
function observe(instance: FastifyInstance, log: AccessLog, counted: RequestMetrics): void {
  instance.addHook('onRequest', (request, reply, done) => {
    log.watch(request, reply);
    done();
  });
  counted.watchAll(instance);
  if (isTracing())
    instance.addHook('onRequest', (request, reply, done) => inRequestSpan(request, reply, done));
}

function rejectMalformedAndUnknown(
  instance: FastifyInstance,
  { corsOrigins }: Pick<HttpAdapterOptions, 'corsOrigins'>,
): void {
  const routes = new RouteTable();
  instance.addHook('onRoute', ({ url, method }) => {
    // That of @fastify/cors is for no address.
    if (url !== '*') routes.add(url, [method].flat());
  });
  instance.addHook('onRequest', (request, reply, done) => {
    const malformed = requestProblem(request.raw);
    if (malformed === undefined && isAdmittedPreflight(request)) void reply.code(204).send();
    else done(malformed ?? pathProblem(request, routes) ?? foreignChange(request, corsOrigins));
  });
}

function pathProblem(request: FastifyRequest, routes: RouteTable): Error | undefined {
  const { url = '', method = '' } = request.raw;
  const path = pathOf(url);
  const hidesSlash = path.includes('%') && /%2f/i.test(path);
  // The router takes nothing for a name.
  const lacksName = path.endsWith('/') && Object.values(request.params as object).includes('');
  if (isRouted(request) && !hidesSlash && !lacksName) return parameterProblem(request);
  const allowed = hidesSlash || lacksName ? [] : routes.methodsFor(path);
  return allowed.length === 0 || allowed.includes(method)
    ? new UnknownAddress(addressHint(path, routes))
    : new MethodNotAllowed(allowed);
}

/** Tells whether a route takes a request. None takes OPTIONS, but @fastify/cors adds one for all addresses. */
function isRouted({ is404, method }: FastifyRequest): boolean {
  return !is404 && method !== 'OPTIONS';
}

/** Returns the error of a name in the path that the database cannot hold, before anything records or looks for it. */
function parameterProblem({ raw, params }: FastifyRequest): BadParameters | undefined {
  // Only this escape gives a text that cannot be stored.
  if (raw.url?.includes('%00') !== true) return undefined;
  try {
    for (const [name, text] of Object.entries(params as Record<string, string>))
      requireStorableText(text, name);
    return undefined;
  } catch (error) {
    return error as BadParameters;
  }
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
