import type { FastifyInstance } from 'fastify';
import type { AuthenticatedRequest } from '../../auth/authenticated-request.js';
import type { Logger } from '../../observability/logger.js';

/**
 * Logs one line per request once it is answered. Logs the route's pattern instead of the URL, which callers control.
 */
export function logAccess(instance: FastifyInstance, logger: Logger): void {
  if (!logger.writes('info')) return;
  instance.addHook('onResponse', (request: AuthenticatedRequest, reply, done) => {
    const route = request.routeOptions.url ?? null;
    const level = route?.startsWith('/health/') ? 'debug' : 'info';
    const { method, id: requestId } = request;
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    const username = request.principal?.username;
    logger[level]({ method, route, status: reply.statusCode, ms, requestId, username }, 'request');
    done();
  });
}
