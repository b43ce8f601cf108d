import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { query } from '../support/server.js';
import { Sandbox, isAlive, killAndWait, postmasterPid, waitForEnd } from './embedded-sandbox.js';
import { until } from '../support/until.js';

const CREATE = 'CREATE TABLE kept (value text)';
const INSERT = "INSERT INTO kept VALUES ('before the crash')";
const KEPT = [{ value: 'before the crash' }];

describe('the embedded PostgreSQL after a crash', () => {
  const sandbox = new Sandbox();
  const bystanders: ChildProcess[] = [];
  let crashed: string;
  let deadPid: number;
  beforeAll(async () => {
    crashed = sandbox.dataDir('crashed');
    const server = await sandbox.start(crashed);
    const url = server.url('postgres', 'postgres');
    await query(url, CREATE);
    await query(url, INSERT);
    deadPid = postmasterPid(crashed);
    await killAndWait(deadPid);
    await server.stop();
  });
  afterAll(async () => {
    for (const bystander of bystanders) bystander.kill('SIGKILL');
    await sandbox.cleanUp();
  });

  async function bystander(command: string, ...args: string[]): Promise<number> {
    const child = spawn(command, args, { stdio: 'ignore' });
    bystanders.push(child);
    await once(child, 'spawn');
    return child.pid!;
  }

  /**
   * Creates the state after a crash whose process id belongs to another process by now, as after a container's restart.
   */
  function crashedWithPid(name: string, pid: number): string {
    const dataDir = sandbox.copy(crashed, name);
    for (const file of ['postgres/postmaster.pid', 'socket/.s.PGSQL.5432.lock']) {
      const path = join(dataDir, file);
      const lines = readFileSync(path, 'utf8').replaceAll(crashed, dataDir).split('\n');
      writeFileSync(path, [pid, ...lines.slice(1)].join('\n'));
    }
    return dataDir;
  }

  async function keptBy(dataDir: string): Promise<unknown[]> {
    const server = await sandbox.start(dataDir);
    expect(server.joined).toBe(false);
    const rows = await query(server.url('postgres', 'postgres'), 'SELECT value FROM kept');
    await server.stop();
    return rows;
  }

  it('starts over the lock files of a server that is dead', async () => {
    const dataDir = sandbox.copy(crashed, 'dead-pid');
    expect(postmasterPid(dataDir)).toBe(deadPid);
    expect(isAlive(deadPid)).toBe(false);
    expect(await keptBy(dataDir)).toEqual(KEPT);
  });

  it("starts when the dead server's process id belongs to another program now, and leaves that alone", async () => {
    const pid = await bystander('sleep', '600');
    const dataDir = crashedWithPid('foreign-pid', pid);
    expect(await keptBy(dataDir)).toEqual(KEPT);
    expect(isAlive(pid)).toBe(true);
  });

  it("starts when the dead server's process id belongs to the starter itself", async () => {
    const dataDir = crashedWithPid('own-pid', process.pid);
    expect(await keptBy(dataDir)).toEqual(KEPT);
  });

  it('shuts the server down after a kill -9 of its starter, and starts again with what was stored', async () => {
    const dataDir = sandbox.dataDir('killed-starter');
    const starter = sandbox.spawn(dataDir);
    const { url } = await starter.started();
    await query(url, CREATE);
    await query(url, INSERT);
    const pid = postmasterPid(dataDir);
    await starter.kill();
    await waitForEnd(pid);
    expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
    expect(await keptBy(dataDir)).toEqual(KEPT);
  });

  it('starts again at once after a kill -9 of the starter and of the server, with what was stored', async () => {
    const dataDir = sandbox.dataDir('killed-both');
    const starter = sandbox.spawn(dataDir);
    const { url } = await starter.started();
    await query(url, CREATE);
    await query(url, INSERT);
    const pid = postmasterPid(dataDir);
    process.kill(pid, 'SIGKILL');
    await starter.kill();
    expect(await keptBy(dataDir)).toEqual(KEPT);
    expect(isAlive(pid)).toBe(false);
  });

  it('starts again in the same process after a kill -9 of the server', async () => {
    const dataDir = sandbox.copy(crashed, 'killed-server');
    const server = await sandbox.start(dataDir);
    process.kill(postmasterPid(dataDir), 'SIGKILL');
    expect(await keptBy(dataDir)).toEqual(KEPT);
    await server.stop();
  });

  it('does not wait for ever for a server that cannot shut down, and keeps what was stored', async () => {
    const dataDir = sandbox.copy(crashed, 'stuck');
    const server = await sandbox.start(dataDir);
    const checkpointer = await sandbox.freezeCheckpointer(server.url('postgres', 'postgres'));
    const pid = postmasterPid(dataDir);
    const stopping = server.stop();
    const log = join(dataDir, 'postgres.log');
    await until(() => readFileSync(log, 'utf8').includes('received immediate shutdown request'));
    process.kill(checkpointer, 'SIGCONT');
    await stopping;
    expect(isAlive(pid)).toBe(false);
    expect(await keptBy(dataDir)).toEqual(KEPT);
  });
});
