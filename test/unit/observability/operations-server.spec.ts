import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../../src/common/startup-error.js';
import { createLogger } from '../../../src/observability/logger.js';
import { OperationsServer } from '../../../src/observability/operations/operations-server.js';
import { ProcessState } from '../../../src/observability/operations/process-state.js';

const HERE = { host: '127.0.0.1', port: 0 };

describe('the port of operators', () => {
  let logs: string[];
  let state: ProcessState;
  let server: OperationsServer;
  let url: string;
  let metrics: () => Promise<string>;
  beforeEach(async () => {
    logs = [];
    state = new ProcessState();
    metrics = () => Promise.resolve('up 1\n');
    const text = { contentType: 'text/plain; version=0.0.4', text: () => metrics() };
    server = new OperationsServer(
      text,
      state,
      createLogger('info', { write: (line) => void logs.push(line) }),
    );
    url = await server.listen(HERE);
  });
  afterEach(() => server.close());

  const get = async (path: string, method = 'GET') => {
    const answer = await fetch(url + path, { method });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  const body = async (path: string) => JSON.parse((await get(path)).text) as Record<string, unknown>;

  it('writes the metrics with their type, which nobody stores', async () => {
    const { status, text, headers } = await get('/metrics');
    expect([status, text]).toEqual([200, 'up 1\n']);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await get('/metrics', 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  it('says what the start is doing: live, neither started nor ready', async () => {
    state.starting('migrating the database …');
    expect((await get('/health/live')).status).toBe(200);
    for (const probe of ['startup', 'ready']) {
      expect((await get(`/health/${probe}`)).status).toBe(503);
      expect(await body(`/health/${probe}`)).toMatchObject({
        status: 'not ready',
        reason: 'starting: migrating the database …',
      });
    }
  });

  it('says why a started service is not ready, in the words that it is given, and since when', async () => {
    let reason: string | undefined = 'the database does not answer';
    state.started({ notReady: () => Promise.resolve(reason), details: () => ({ database: 'away' }) });
    expect((await get('/health/startup')).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(503);
    expect(await body('/health/ready')).toMatchObject({
      reason,
      database: 'away',
      notReadySeconds: expect.any(Number),
    });
    reason = undefined;
    expect((await get('/health/ready')).status).toBe(200);
    const ready = await body('/health/ready');
    expect(ready).toMatchObject({
      status: 'ok',
      version: expect.any(String),
      uptimeSeconds: expect.any(Number),
    });
    expect(ready).not.toHaveProperty('reason');
    expect(ready).not.toHaveProperty('notReadySeconds');
  });

  it.each([
    ['GET', '/', 404, /only \/metrics, \/health\/live/],
    ['GET', '/metrics/', 404, /only \/metrics/],
    ['GET', '/health/../metrics?x', 200, /up 1/],
    ['POST', '/metrics', 405, /Use GET/],
    ['DELETE', '/health/live', 405, /Use GET/],
  ])('answers %s %s with %i', async (method, path, status, text) => {
    const answer = await get(path, method);
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(text)]);
  });

  it('answers 500 where a source fails, tells the reason to the log only, and serves on', async () => {
    metrics = () => Promise.reject(new Error('canary-of-a-source'));
    const { status, text } = await get('/metrics');
    expect([status, text.includes('canary')]).toEqual([500, false]);
    expect(logs.join('')).toMatch(/"level":"error".*canary-of-a-source.*the metrics could not be written/);
    expect((await get('/health/live')).status).toBe(200);
  });

  it('refuses a start on a port that is taken, and names the variable', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const failing = new OperationsServer({ contentType: '', text: metrics }, state, createLogger('silent'));
    await expect(failing.listen({ ...HERE, port })).rejects.toThrow(
      new StartupError(
        `STRONGROOM_METRICS_PORT and STRONGROOM_METRICS_HOST: cannot listen on 127.0.0.1, port ${port}: the port is taken; choose another`,
      ),
    );
    other.close();
  });
});
