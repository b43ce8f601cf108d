import type { Attributes, Context, Span, SpanKind, TimeInput, Tracer } from '@opentelemetry/api';

/** Is the package @opentelemetry/api, which is loaded only with tracing. */
export type TracingApi = typeof import('@opentelemetry/api');

interface Active {
  readonly api: TracingApi;
  readonly tracer: Tracer;
  /** Names the requests of a batch in a context. */
  readonly batch: symbol;
}

/**
 * Holds what traces the process, as the API of OpenTelemetry itself has one for the process. While there is nothing,
 * every function here costs one comparison.
 */
let active: Active | undefined;

/** Lets spans be recorded by the tracer of a provider that is registered with the API; undefined ends that. */
export function useTracing(api: TracingApi | undefined): void {
  active = api && {
    api,
    tracer: api.trace.getTracer('strongroom'),
    batch: api.createContextKey('strongroom batch'),
  };
}

/** Returns the API while spans are recorded. */
export function tracingApi(): TracingApi | undefined {
  return active?.api;
}

export function isTracing(): boolean {
  return active !== undefined;
}

/** Remembers for which request work is done, since work of several requests is done together. */
export interface Origin {
  readonly context: Context;
  /** The time of `performance.now()` since which the work waits. */
  readonly since: number;
}

/** Returns the request that runs now; undefined where none is traced. */
export function presentOrigin(): Origin | undefined {
  return active && { context: active.api.context.active(), since: performance.now() };
}

/** Runs `work`, whose spans belong to the request of each of the calls; to none if there are no calls. */
export function onBehalfOf<T>(calls: readonly { readonly origin: Origin | undefined }[], work: () => T): T {
  if (active === undefined) return work();
  const { api, batch } = active;
  const origins = calls.map(({ origin }) => origin).filter((origin) => origin !== undefined);
  return api.context.with(api.ROOT_CONTEXT.setValue(batch, origins), work);
}

/** Describes a span. The attributes never hold a path, a statement, a key or a value. */
export interface SpanDescription {
  readonly name: string;
  readonly kind?: 'client' | 'internal';
  readonly attributes: Attributes;
}

/** Represents the spans of one piece of work, one for each request that it is done for. */
export interface Spans {
  /** Ends the spans, once; an error is named by its code or class, never by its message. */
  end(error?: unknown): void;
}

const NO_SPANS: Spans = { end: () => undefined };

/**
 * Starts a span in the trace of each request that the running work is done for. Work of the service itself, which no
 * request asked for, has no spans.
 * @param waited whether the span begins when the request began to wait, and not now
 */
export function startSpans(describe: () => SpanDescription, waited = false): Spans {
  if (active === undefined) return NO_SPANS;
  const { api, tracer } = active;
  const { name, kind = 'internal', attributes } = describe();
  const origins = requestsOf(active);
  const spanKind: SpanKind = kind === 'client' ? api.SpanKind.CLIENT : api.SpanKind.INTERNAL;
  const shared = origins.length > 1 ? { 'strongroom.batch.size': origins.length } : {};
  const spans = origins.map(({ context, since }) => {
    const startTime: TimeInput | undefined = waited ? since : undefined;
    const options = { kind: spanKind, attributes: { ...attributes, ...shared } };
    return tracer.startSpan(name, startTime === undefined ? options : { ...options, startTime }, context);
  });
  return { end: (error) => spans.splice(0).forEach((span) => endSpan(api, span, error)) };
}

/** Runs `work` in a span for each request that it is done for. */
export async function inSpans<T>(describe: () => SpanDescription, work: () => Promise<T>): Promise<T> {
  if (active === undefined) return work();
  const spans = startSpans(describe);
  try {
    const result = await work();
    spans.end();
    return result;
  } catch (error) {
    spans.end(error);
    throw error;
  }
}

function requestsOf({ api, batch }: Active): readonly Origin[] {
  const context = api.context.active();
  const origins = (context.getValue(batch) as readonly Origin[] | undefined) ?? [
    { context, since: performance.now() },
  ];
  return origins.filter((origin) => api.trace.getSpan(origin.context) !== undefined);
}

function endSpan({ SpanStatusCode }: TracingApi, span: Span, error: unknown): void {
  if (error !== undefined)
    span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', typeOf(error));
  span.end();
}

function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Za-z0-9_]{1,64}$/.test(code) ? code : error.constructor.name;
}
