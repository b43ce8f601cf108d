import { inSpans, startSpans } from '../observability/tracing/tracing.js';

/** Names a piece of work in traces. */
interface LaneWork {
  readonly lane: string;
  readonly call: string;
}

/**
 * Runs work with a span for its wait for a place in the lane, and one for the call of the database.
 * @param hold runs what it is given once there is a place
 */
export async function traced<T>(
  { lane, call }: LaneWork,
  hold: (held: () => Promise<T>) => Promise<T>,
  work: () => Promise<T>,
): Promise<T> {
  const attributes = { 'strongroom.lane': lane };
  const wait = startSpans(() => ({ name: 'wait in lane', attributes }), true);
  try {
    return await hold(() => {
      wait.end();
      return inDatabaseSpan(call, work, attributes);
    });
  } catch (error) {
    wait.end(error);
    throw error;
  }
}

/** Runs a call of the database in a span, named after the statement, whose text it never holds. */
export function inDatabaseSpan<T>(
  call: string,
  work: () => Promise<T>,
  attributes: Readonly<Record<string, string>> = {},
): Promise<T> {
  const describe = () =>
    ({ name: call, kind: 'client', attributes: { 'db.system.name': 'postgresql', ...attributes } }) as const;
  return inSpans(describe, work);
}
