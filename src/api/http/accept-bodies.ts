import type { FastifyInstance } from 'fastify';
import { TooLarge } from '../../common/errors.js';
import type { Metrics } from '../../observability/metrics/metrics.js';
import type { ArrivalLimits } from './arrival-watch.js';
import { BodyRoom, BYTES_OF_TENANT } from './body-room.js';
import { securityHeaders } from './headers/security-headers.js';
import { dealWithUnreadRest } from './unread-rest.js';
import { UnreadBody, type BodyRules } from './unread-body.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The Content-Type that the caller sent. It is checked only after the caller's permissions. */
    declaredContentType: string | undefined;
  }

  interface FastifyContextConfig {
    /** Raises the limit of the body to that of an import. */
    largeBody?: boolean;
    /** Raises the limit of the body to that of a bulk request. */
    bulkBody?: boolean;
  }
}

export interface BodyLimits extends ArrivalLimits {
  readonly maxValueBytes: number;
  /** The largest body of a route with `largeBody`, in bytes. */
  readonly maxImportBytes: number;
}

/** Bounds the JSON of a value: an escape takes up to six bytes per byte of the value. */
const BYTES_PER_ESCAPE = 6;
const OTHER_FIELDS_BYTES = 16_384;

/** Returns the largest body to read, in bytes. A longer body cannot hold a value within the limit. */
export function bodyLimit(maxValueBytes: number): number {
  return BYTES_PER_ESCAPE * maxValueBytes + OTHER_FIELDS_BYTES;
}

/** Limits the body of a bulk request, unless a single value may be larger, in bytes. */
export const BULK_BYTES = 8 * 1024 * 1024;

/** Counts the copies of a byte while its request is processed: as body, as text, sealed, and in the statement. */
const MEMORY_OF_BYTE = 4;

/** Counts a byte of an import once: imports are parsed as they arrive, and few run at once. */
const MEMORY_OF_IMPORTED_BYTE = 1;

/** Bounds a part that is parsed at once: a row of an import has a value, a schema and provider options. */
const VALUES_OF_PART = 3;

/**
 * Passes the body of each request to its route as an `UnreadBody`, whatever its content type. A request without a body
 * has none. Only a declared length is checked at once.
 */
export function acceptBodies(instance: FastifyInstance, limits: BodyLimits, metrics: Metrics): void {
  const { ordinary, bulk, large } = rulesOf(limits);
  ordinary.room.register(metrics, 'ordinary');
  large.room.register(metrics, 'import');
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', (request, _payload, done) => {
    const { largeBody = false, bulkBody = false } = request.routeOptions.config;
    const rules = largeBody ? large : bulkBody ? bulk : ordinary;
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > rules.maxBytes)
      done(new TooLarge(`The body is larger than ${rules.maxBytes} bytes; ${declared} were announced`));
    else done(null, new UnreadBody(request.raw, rules));
  });
  instance.decorateRequest('declaredContentType', undefined);
  instance.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders(request.protocol === 'https')).header('X-Request-Id', request.id);
    request.declaredContentType = request.raw.headers['content-type'];
    // Without a type, the one parser takes the body.
    request.raw.headers['content-type'] = undefined;
    done();
  });
  instance.addHook('onSend', (request, reply, _payload, done) => {
    if (request.body instanceof UnreadBody) request.body.answered(reply.raw);
    dealWithUnreadRest(request.raw, reply);
    done();
  });
}

/** Returns the rules of ordinary bodies, and those of routes with `bulkBody` and with `largeBody`. */
function rulesOf({
  maxValueBytes,
  maxImportBytes,
  ...arrival
}: BodyLimits): Record<'ordinary' | 'bulk' | 'large', BodyRules> {
  const maxBytes = bodyLimit(maxValueBytes);
  const maxPartBytes = VALUES_OF_PART * maxBytes;
  const ordinary: BodyRules = {
    ...{ arrival, maxPartBytes, maxBytes, inParts: false, memoryOfByte: MEMORY_OF_BYTE },
    room: new BodyRoom(Math.max(BYTES_OF_TENANT, maxBytes)),
  };
  return {
    ordinary,
    bulk: { ...ordinary, maxBytes: Math.max(BULK_BYTES, maxBytes) },
    // An import may take all the room of its tenant for long, which must not keep its ordinary bodies waiting.
    large: {
      ...{
        arrival,
        maxPartBytes,
        maxBytes: maxImportBytes,
        inParts: true,
        memoryOfByte: MEMORY_OF_IMPORTED_BYTE,
      },
      room: new BodyRoom(Math.max(BYTES_OF_TENANT, maxImportBytes)),
    },
  };
}
