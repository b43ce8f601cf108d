import type { IncomingMessage } from 'node:http';
import { parseTraceparent } from '../../../observability/parse-traceparent.js';

/** Returns the id of the trace that a request is a part of, for the log; undefined if its caller names none. */
export function traceIdOf({ headers: { traceparent } }: IncomingMessage): string | undefined {
  return traceparent === undefined ? undefined : parseTraceparent(traceparent)?.traceId;
}
