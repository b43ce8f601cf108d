import type { FastifyReply, FastifyRequest } from 'fastify';
import { tracingApi } from '../../../observability/tracing/tracing.js';
import { noteTraceId } from '../headers/trace-id-of.js';

/**
 * Calls `next` in a span of the request, which continues the trace that its headers name (W3C Trace Context). The span
 * has the method, the pattern of the route and the status; never a path, a query, a header, an address or a name.
 */
export function inRequestSpan(request: FastifyRequest, reply: FastifyReply, next: () => void): void {
  const api = tracingApi();
  if (api === undefined) {
    next();
    return;
  }
  const { method } = request;
  const { url: route } = request.routeOptions;
  const parent = api.propagation.extract(api.ROOT_CONTEXT, request.headers);
  const attributes = { 'http.request.method': method, ...(route !== undefined && { 'http.route': route }) };
  const name = route === undefined ? method : `${method} ${route}`;
  const options = { kind: api.SpanKind.SERVER, attributes };
  const span = api.trace.getTracer('strongroom').startSpan(name, options, parent);
  noteTraceId(request.raw, span.spanContext().traceId);
  reply.raw.once('close', () => {
    if (reply.raw.headersSent) span.setAttribute('http.response.status_code', reply.statusCode);
    if (!reply.raw.headersSent || reply.statusCode >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR });
    span.end();
  });
  api.context.with(api.trace.setSpan(parent, span), next);
}
