import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { api, NodeSDK, tracing } from '@opentelemetry/sdk-node';
import { createLogger } from '../../src/observability/logger.js';
import { startTracing } from '../../src/observability/tracing/start-tracing.js';
import { useTracing } from '../../src/observability/tracing/tracing.js';
import { inOneTurn } from '../support/pipelined.js';
import { Strongroom, type As } from '../support/strongroom.js';

const CANARY = 'canary-of-traces';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const { SERVER, CLIENT } = api.SpanKind;

/** Lists the attributes that spans may have. None of them can hold what a caller sent. */
const ALLOWED = [
  ...['http.request.method', 'http.route', 'http.response.status_code', 'error.type'],
  ...['db.system.name', 'strongroom.lane', 'strongroom.batch.size'],
];

const exporter = new tracing.InMemorySpanExporter();
const sdk = new NodeSDK({
  autoDetectResources: false,
  spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
  metricReaders: [],
  logRecordProcessors: [],
});

describe('the trace of a request', () => {
  let room: Strongroom;
  let user: As & { login: string; tenant: string };
  let headers: Record<string, string>;
  beforeAll(async () => {
    sdk.start();
    // An SDK that the operator loaded is used as it is.
    await startTracing(createLogger('silent'), true);
    room = await Strongroom.start();
    user = await room.tenant(`${CANARY}-tenant`);
    headers = { Authorization: `Basic ${Buffer.from(user.login).toString('base64')}`, tenant: user.tenant };
    await room.secret(user, 'PUT', `${CANARY}-key`, `${CANARY}-value`);
    await spansOf(2);
    exporter.reset();
  });
  afterEach(() => exporter.reset());
  afterAll(async () => {
    await room.stop();
    useTracing(undefined);
    await sdk.shutdown();
  });

  /** Returns the spans once that many requests have ended. */
  async function spansOf(requests: number): Promise<tracing.ReadableSpan[]> {
    const ended = () => exporter.getFinishedSpans();
    while (ended().filter(({ kind }) => kind === SERVER).length < requests) await sleep(10);
    return ended();
  }

  const called = (spans: readonly tracing.ReadableSpan[], name: string) =>
    spans.filter((span) => span.kind === CLIENT && span.name === name);

  it('has a span for it, for each call of the database, and for each wait in a lane', async () => {
    await room.secret(user, 'GET', `${CANARY}-key`);
    const spans = await spansOf(1);
    const [request] = spans.filter(({ kind }) => kind === SERVER);
    expect(request?.name).toBe('GET /api/v3/secrets/:key');
    expect(request?.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/api/v3/secrets/:key',
      'http.response.status_code': 200,
    });
    const [read] = called(spans, 'read_secrets');
    expect(read?.attributes).toEqual({ 'db.system.name': 'postgresql', 'strongroom.lane': 'reads' });
    expect(called(spans, 'find_identities')).toHaveLength(1);
    expect(spans.filter(({ name }) => name === 'wait in lane').length).toBeGreaterThanOrEqual(2);
    for (const span of spans.filter(({ kind }) => kind !== SERVER)) {
      expect(span.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
      expect(span.spanContext().traceId).toBe(request?.spanContext().traceId);
    }
  });

  it('continues the trace of the caller, and is named in the log', async () => {
    const traceparent = `00-${TRACE}-b7ad6b7169203331-01`;
    await room.send({ path: `/api/v3/secrets/${CANARY}-key`, headers: { ...headers, traceparent } });
    const [request] = (await spansOf(1)).filter(({ kind }) => kind === SERVER);
    expect(request?.spanContext().traceId).toBe(TRACE);
    expect(request?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(room.logs.filter((line) => line.includes(`"traceId":"${TRACE}"`))).toHaveLength(1);
  });

  it('has the span of a statement that served several requests, each its own', async () => {
    const path = `/api/v3/secrets/${CANARY}-key`;
    const calls = Array.from({ length: 5 }, () => ({ path, headers }));
    await inOneTurn(room.service.url, calls);
    const spans = await spansOf(calls.length);
    const reads = called(spans, 'read_secrets');
    expect(reads).toHaveLength(calls.length);
    expect(new Set(reads.map((span) => span.spanContext().traceId)).size).toBe(calls.length);
    const together = reads.filter((span) => Number(span.attributes['strongroom.batch.size']) > 1);
    expect(together.length).toBeGreaterThan(1);
  });

  it('has a transaction as one call, and the statements of logins', async () => {
    await room.call(user, 'GET', '/api/v3.1/secrets');
    await room.secret({ ...user, login: `${CANARY}-nobody:wrong` }, 'GET', 'x');
    const spans = await spansOf(2);
    expect(called(spans, 'transaction').map(({ attributes }) => attributes['strongroom.lane'])).toContain(
      'lists',
    );
    expect(called(spans, 'login_reserve')).toHaveLength(1);
  });

  it('marks what failed by a code, and never by a message', async () => {
    await room.database.asSuperuser('ALTER FUNCTION search_secret_keys RENAME TO gone');
    try {
      expect((await room.call(user, 'GET', `/api/v3.1/secrets?_search=${CANARY}`)).status).toBe(503);
    } finally {
      await room.database.asSuperuser('ALTER FUNCTION gone RENAME TO search_secret_keys');
    }
    const spans = await spansOf(1);
    const failed = spans.filter(({ status }) => status.code === api.SpanStatusCode.ERROR);
    expect(failed.map(({ kind }) => kind)).toEqual(expect.arrayContaining([SERVER, CLIENT]));
    for (const { status } of failed) expect(status.message).toBeUndefined();
    const [call] = failed.filter(({ kind }) => kind === CLIENT);
    expect(call?.attributes['error.type']).toMatch(/^(42883|Unavailable|QueryFailedError)$/);
  });

  it('holds neither path, statement, key, name, value nor address, whatever is asked', async () => {
    const asked = [
      ['PUT', `/api/v3.1/secrets/${CANARY}-other`, { value: `${CANARY}-value`, description: CANARY }],
      ['PATCH', `/api/v3.1/secrets/${CANARY}-other`, { value: `${CANARY}-new` }],
      ['GET', `/api/v3.1/secrets?key=${CANARY}`, undefined],
      ['GET', `/api/v3.1/secrets/${CANARY}-none`, undefined],
      ['DELETE', `/api/v3.1/secrets/${CANARY}-other`, undefined],
      ['GET', `/nowhere/${CANARY}`, undefined],
      ['GET', `/${CANARY}%zz`, undefined],
    ] as const;
    for (const [method, path, body] of asked) await room.call(user, method, path, body);
    const spans = await spansOf(asked.length);
    for (const { name, attributes, events, status } of spans) {
      expect(Object.keys(attributes).filter((key) => !ALLOWED.includes(key))).toEqual([]);
      const told = JSON.stringify({ name, attributes, events, status });
      expect(told).not.toMatch(/canary|127\.0\.0\.1|SELECT |INSERT /i);
      expect(events).toEqual([]);
    }
  });
});
