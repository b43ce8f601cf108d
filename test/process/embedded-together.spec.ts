import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { query } from '../support/server.js';
import { Sandbox, isAlive, postmasterPid, waitForEnd } from './embedded-sandbox.js';
import { until } from '../support/until.js';

describe('the embedded PostgreSQL of several processes', () => {
  const sandbox = new Sandbox();
  let stopped: string;
  beforeAll(async () => {
    stopped = sandbox.dataDir('stopped');
    await (await sandbox.start(stopped)).stop();
  });
  afterAll(() => sandbox.cleanUp());

  async function expectOneServer(dataDir: string, count: number) {
    const starters = Array.from({ length: count }, () => sandbox.spawn(dataDir));
    const started = await Promise.all(starters.map((starter) => starter.started()));
    expect(started.filter(({ joined }) => !joined)).toHaveLength(1);
    expect(sandbox.postmasters(dataDir)).toEqual([postmasterPid(dataDir)]);
    await query(started[0]!.url, 'CREATE TABLE seen (starter integer)');
    for (const [index, { url }] of started.entries()) {
      await query(url, 'INSERT INTO seen VALUES ($1)', [index]);
    }
    const rows = await query(started.at(-1)!.url, 'SELECT starter FROM seen ORDER BY starter');
    expect(rows).toEqual(starters.map((_starter, index) => ({ starter: index })));
    return starters;
  }

  it('is one server for two first starts at the same moment', async () => {
    await expectOneServer(sandbox.dataDir('two-first-starts'), 2);
  });

  it('is one server for four starts at the same moment on a cluster that is there', async () => {
    await expectOneServer(sandbox.copy(stopped, 'four-starts'), 4);
  });

  it('is joined by a second process, whose stop and whose end leave it to the first', async () => {
    const dataDir = sandbox.copy(stopped, 'joined');
    const first = sandbox.spawn(dataDir);
    const { url, joined } = await first.started();
    expect(joined).toBe(false);
    const pid = postmasterPid(dataDir);
    const second = sandbox.spawn(dataDir);
    expect(await second.started()).toEqual({ joined: true, url });
    await second.stop();
    await second.stop();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.kill();
    expect(await query(url, 'SELECT 2 AS two')).toEqual([{ two: 2 }]);
    expect(sandbox.postmasters(dataDir)).toEqual([pid]);
    await first.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('ends with the process that started it, and starts anew for the one that had joined', async () => {
    const dataDir = sandbox.copy(stopped, 'left');
    const first = sandbox.spawn(dataDir);
    await first.started();
    const pid = postmasterPid(dataDir);
    const joining = await sandbox.start(dataDir);
    expect(joining.joined).toBe(true);
    await first.kill();
    await waitForEnd(pid);
    await expect(query(joining.url('postgres', 'postgres'), 'SELECT 1')).rejects.toThrow(
      /ENOENT|ECONNREFUSED/,
    );
    const again = await sandbox.start(dataDir);
    expect(again.joined).toBe(false);
    expect(await query(again.url('postgres', 'postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts for a process that comes while the former server shuts down, once that has ended', async () => {
    const dataDir = sandbox.copy(stopped, 'succession');
    const former = await sandbox.start(dataDir);
    const pid = postmasterPid(dataDir);
    const checkpointer = await sandbox.freezeCheckpointer(former.url('postgres', 'postgres'));
    const stopping = former.stop();
    const log = join(dataDir, 'postgres.log');
    const logged = (text: string) => until(() => readFileSync(log, 'utf8').includes(text));
    await logged('received fast shutdown request');
    const next = sandbox.spawn(dataDir);
    await logged('FATAL:  the database system is shutting down');
    process.kill(checkpointer, 'SIGCONT');
    const { joined, url } = await next.started();
    await stopping;
    expect(joined).toBe(false);
    expect(isAlive(pid)).toBe(false);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
