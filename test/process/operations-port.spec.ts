import { afterEach, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { valueOf } from '../support/metrics-text.js';
import { external } from './external.js';
import { service, type Program } from './program.js';

describe('the port of operators', () => {
  let database: TestDatabase;
  let program: Program;
  afterEach(async () => {
    await program.stop();
    await database.drop();
  });

  /** Returns the URL that the log tells. */
  async function urlOf(started: Program): Promise<string> {
    for (;;) {
      const url = /metrics and health for operators: (\S+)\/metrics/.exec(started.stderr)?.[1];
      if (url !== undefined) return url;
      if (!started.running) throw new Error(started.stderr);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('answers from the start to the end of the process: not started, ready, draining', async () => {
    database = await cloneDatabase({ empty: true });
    program = service({ ...external(database), STRONGROOM_METRICS_PORT: '0', STRONGROOM_DRAIN_MS: '5000' });
    const url = await urlOf(program);
    expect(new URL(url).hostname).toBe('127.0.0.1');
    const probe = async (name: string) => {
      const answer = await fetch(`${url}/health/${name}`);
      const { reason } = (await answer.json()) as { reason?: string };
      return { status: answer.status, reason };
    };
    expect((await probe('live')).status).toBe(200);
    expect(await probe('startup')).toMatchObject({
      status: 503,
      reason: expect.stringMatching(/^starting: /),
    });
    expect(await probe('ready')).toMatchObject({ status: 503, reason: expect.stringMatching(/^starting: /) });
    await program.listening();
    while ((await probe('startup')).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await probe('ready')).status).toBe(200);
    program.signal('SIGTERM');
    await program.draining();
    expect(await probe('ready')).toMatchObject({ status: 503, reason: 'SIGTERM: draining' });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(valueOf(metrics, 'strongroom_not_ready_info', { reason: 'SIGTERM: draining' })).toBe(1);
    expect((await program.ended).code).toBe(0);
  });

  it('is not opened unless it is asked for, and the library for metrics is not loaded', async () => {
    database = await cloneDatabase();
    program = service({ ...external(database), NODE_DEBUG: 'esm' });
    await program.listening();
    expect(program.stderr).not.toContain('metrics and health for operators');
    expect(program.stderr).toContain('http-server.js');
    expect(program.stderr).not.toContain('prom-client');
  });
});
