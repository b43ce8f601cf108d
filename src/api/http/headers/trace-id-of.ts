import type { IncomingMessage } from 'node:http';
import { parseTraceparent } from '../../../observability/parse-traceparent.js';

/** Holds the traces of requests whose spans are recorded here. */
const recorded = new WeakMap<IncomingMessage, string>();

/** Notes the trace in which the spans of a request are recorded. */
export function noteTraceId(request: IncomingMessage, traceId: string): void {
  recorded.set(request, traceId);
}

/**
 * Returns the id of the trace that a request is a part of, for the log: the one that is recorded here, or the one that
 * its caller names. Undefined if there is none.
 */
export function traceIdOf(request: IncomingMessage): string | undefined {
  const { traceparent } = request.headers;
  return (
    recorded.get(request) ?? (traceparent === undefined ? undefined : parseTraceparent(traceparent)?.traceId)
  );
}
