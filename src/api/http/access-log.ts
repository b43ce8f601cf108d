import type { Duplex } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../../auth/authenticated-request.js';
import { namedTenant } from '../../auth/named-tenant.js';
import { maskTokens } from '../../common/mask-tokens.js';
import { printable } from '../../common/printable.js';
import type { Logger } from '../../observability/logger.js';
import { traceIdOf } from './headers/trace-id-of.js';

/** Describes a request and its connection at its beginning. */
interface AtBegin {
  readonly time: number;
  readonly bytesWritten: number;
  readonly remoteAddress: string | undefined;
}

/** Limits the characters of a path that a line repeats, and of a name in it. */
const LONGEST_PATH = 512;
const LONGEST_NAME = 256;

/**
 * Writes one line for each request once its answer is sent or its connection has ended. docs/logs.md describes the
 * fields. A user is named only once the credentials are proved, since people type passwords into the field of the name;
 * a query is never written, since it may hold a passphrase.
 */
export class AccessLog {
  /** Holds the connections whose request has no line yet. */
  private readonly running = new WeakSet<Duplex>();

  constructor(private readonly logger: Logger) {}

  /** Writes the line of a request when its response closes. */
  watch(request: AuthenticatedRequest, reply: FastifyReply): void {
    if (!this.logger.writes('info')) return;
    // Node.js remembers the address only once it has been read, and cannot look it up when the connection has ended.
    const { bytesWritten, remoteAddress } = request.raw.socket;
    // Fastify takes no time of requests that its router refuses.
    const before = { time: performance.now(), bytesWritten, remoteAddress };
    this.running.add(request.raw.socket);
    reply.raw.once('close', () => {
      this.running.delete(request.raw.socket);
      this.write(request, reply, before);
    });
  }

  /**
   * Writes the line of input that was not valid HTTP, of which nothing else is known. The rest of a request that ended
   * early has no line besides that of the request.
   */
  noHttp(socket: Duplex, fields: { readonly status: number; readonly requestId: string }): void {
    if (this.running.has(socket)) return;
    const { remoteAddress } = socket as { remoteAddress?: string };
    this.logger.info({ ...fields, source: remoteAddress }, 'not a request: no valid HTTP');
  }

  private write(request: AuthenticatedRequest, reply: FastifyReply, before: AtBegin): void {
    const { method, id: requestId, principal } = request;
    const route = request.routeOptions.url ?? null;
    const level = route?.startsWith('/health/') === true ? 'debug' : 'info';
    if (!this.logger.writes(level)) return;
    const wasCut = !reply.raw.writableFinished;
    this.logger[level](
      {
        method,
        route,
        path: pathOf(request),
        status: reply.raw.headersSent ? reply.statusCode : null,
        ...(wasCut && { cut: true }),
        ms: Math.round((performance.now() - before.time) * 10) / 10,
        bytes: bytesOf(request, reply, before),
        source: (request.ip as string | undefined) ?? before.remoteAddress,
        tenant: shown(namedTenant(request)),
        key: shown(keyOf(request)),
        requestId,
        traceId: traceIdOf(request.raw),
        username: principal?.username,
        tokenId: principal?.tokenId,
      },
      'request',
    );
  }
}

/** Returns the path without its query, without a host before it, which may hold a password, and without a token. */
function pathOf({ raw: { url = '' } }: AuthenticatedRequest): string {
  const [target = ''] = url.split('?', 1);
  const path = target.startsWith('/') ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  return printable(unescapedTokens(path), LONGEST_PATH);
}

/** Returns the path unescaped if it holds a token, whose escaped form would not be recognized and masked. */
function unescapedTokens(path: string): string {
  if (!path.includes('%')) return path;
  try {
    const plain = decodeURIComponent(path);
    return plain === maskTokens(plain) ? path : plain;
  } catch {
    return path;
  }
}

function keyOf({ params }: AuthenticatedRequest): string | undefined {
  return (params as { readonly key?: string } | undefined)?.key;
}

function shown(name: string | undefined): string | undefined {
  return name === undefined || name === '' ? undefined : printable(name, LONGEST_NAME);
}

/** Returns the length of the body; of a body that was streamed, everything that was sent with it. */
function bytesOf(request: AuthenticatedRequest, reply: FastifyReply, before: AtBegin): number {
  const { raw } = reply;
  if (!raw.headersSent || request.method === 'HEAD') return 0;
  const length = reply.getHeader('content-length');
  if (length !== undefined && raw.writableFinished) return Number(length);
  const isEmpty = reply.statusCode === 204 || reply.statusCode === 304;
  return isEmpty ? 0 : request.raw.socket.bytesWritten - before.bytesWritten;
}
