import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatedRequest } from '../../../auth/authenticated-request.js';
import { NoMetrics, type Metrics } from '../../../observability/metrics/metrics.js';

const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'];

/** Stands for addresses and methods that the API does not have, and for tenants beyond the limit. */
const OTHER = 'other';

/**
 * Counts and times requests. Its labels are patterns of routes, never paths, and the names of tenants only if
 * `mostTenants` allows some; these are tenants that a caller has proved to exist.
 */
export class RequestMetrics {
  private readonly tenants = new Set<string>();

  constructor(
    private readonly metrics: Metrics,
    private readonly mostTenants: number,
  ) {}

  /** Counts the requests that reach the hooks of a server; none where nobody reads the metrics. */
  watchAll(instance: FastifyInstance): void {
    if (this.metrics instanceof NoMetrics) return;
    instance.addHook('onRequest', (request, reply, done) => {
      this.watch(request, reply);
      done();
    });
  }

  /** Counts a request once its answer is sent or its connection has ended. */
  watch(request: FastifyRequest, reply: FastifyReply): void {
    if (this.metrics instanceof NoMetrics) return;
    // Fastify takes no time of requests that its router refuses.
    const begun = performance.now();
    reply.raw.once('close', () => this.count(request, reply, (performance.now() - begun) / 1_000));
  }

  private count(request: AuthenticatedRequest, reply: FastifyReply, seconds: number): void {
    const method = METHODS.includes(request.method) ? request.method : OTHER;
    const route = request.routeOptions.url ?? OTHER;
    const status = reply.raw.headersSent ? `${reply.statusCode}` : 'none';
    this.metrics.count('strongroom_http_requests_total', { method, route, status });
    this.metrics.observe('strongroom_http_request_duration_seconds', { method, route }, seconds);
    const tenant = this.tenantOf(request);
    if (tenant !== undefined) this.metrics.count('strongroom_tenant_requests_total', { tenant, status });
  }

  /** Returns the tenant to name; undefined for none. */
  private tenantOf({ principal }: AuthenticatedRequest): string | undefined {
    const name = principal?.tenant?.name;
    if (this.mostTenants === 0 || name === undefined) return undefined;
    if (this.tenants.size < this.mostTenants) this.tenants.add(name);
    return this.tenants.has(name) ? name : OTHER;
  }
}
