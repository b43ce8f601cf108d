import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../src/common/startup-error.js';
import { query } from '../support/server.js';
import { Sandbox, isAlive, postmasterPid, runUntilCut } from './embedded-sandbox.js';
import { until } from '../support/until.js';

const MAKING = 'making the embedded database (first start)';
/** Exceeds every process id that Linux assigns. */
const UNUSED_PID = 2 ** 30;

describe('the start of the embedded PostgreSQL', () => {
  const sandbox = new Sandbox();
  let stopped: string;
  const progress: string[] = [];
  beforeAll(async () => {
    stopped = sandbox.dataDir('first');
    const server = await sandbox.start(stopped, { onProgress: (line) => progress.push(line) });
    await query(server.url('postgres', 'postgres'), 'CREATE TABLE kept AS SELECT 42 AS value');
    await server.stop();
  });
  afterAll(() => sandbox.cleanUp());

  async function valueIn(dataDir: string): Promise<unknown> {
    const server = await sandbox.start(dataDir);
    try {
      return (await query(server.url('postgres', 'postgres'), 'SELECT value FROM kept'))[0];
    } finally {
      await server.stop();
    }
  }

  async function identifierOf(dataDir: string, onProgress: (line: string) => void): Promise<unknown> {
    const server = await sandbox.start(dataDir, { onProgress });
    const [row] = await query(
      server.url('postgres', 'postgres'),
      'SELECT system_identifier FROM pg_control_system()',
    );
    await server.stop();
    return row;
  }

  it('makes a cluster at first, and uses the same one ever after', async () => {
    expect(progress).toEqual([MAKING]);
    const lines: string[] = [];
    const onProgress = (line: string): void => void lines.push(line);
    const second = await identifierOf(stopped, onProgress);
    expect(await identifierOf(stopped, onProgress)).toEqual(second);
    expect(lines).toEqual([]);
    expect(await valueIn(stopped)).toEqual({ value: 42 });
  });

  it('has ended when stop is over; stop may be called again, also at the same time', async () => {
    const server = await sandbox.start(stopped);
    const pid = postmasterPid(stopped);
    await Promise.all([server.stop(), server.stop()]);
    expect(isAlive(pid)).toBe(false);
    expect(sandbox.postmasters(stopped)).toEqual([]);
    expect(existsSync(join(stopped, 'postgres/postmaster.pid'))).toBe(false);
    await expect(server.stop()).resolves.toBeUndefined();
    await expect(query(server.url('postgres', 'postgres'), 'SELECT 1')).rejects.toThrow(
      /ENOENT|ECONNREFUSED/,
    );
  });

  it('does not keep a process from ending that has nothing else to do, and ends with it', async () => {
    const dataDir = sandbox.copy(stopped, 'nothing-else');
    expect(sandbox.runToEnd(dataDir)).toBe('');
    await until(() => sandbox.postmasters(dataDir).length === 0);
  });

  it('keeps a process that stops it until it has ended', () => {
    const dataDir = sandbox.copy(stopped, 'stopping');
    expect(sandbox.runToEnd(dataDir, `await server.stop(); process.stdout.write('stopped');`)).toBe(
      'stopped',
    );
    expect(sandbox.postmasters(dataDir)).toEqual([]);
  });

  it('closes the connections of others when it stops', async () => {
    const server = await sandbox.start(stopped);
    const sleeping = runUntilCut(server.url('postgres', 'postgres'), 'SELECT pg_sleep(60)');
    const outcome = expect(sleeping).rejects.toThrow(/terminat/);
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'";
    await until(async () => (await query(server.url('postgres', 'postgres'), waiting)).length > 0);
    await server.stop();
    await outcome;
  });

  it.each([
    ['of a process that is gone', UNUSED_PID],
    ['of a process with the same id as this one', process.pid],
  ])('removes the half cluster %s', async (_whose, pid) => {
    const dataDir = sandbox.dataDir(`draft-${pid}`);
    const draft = join(dataDir, `postgres.draft-${pid}`);
    mkdirSync(join(draft, 'base'), { recursive: true, mode: 0o700 });
    writeFileSync(join(draft, 'PG_VERSION'), '18\n');
    const server = await sandbox.start(dataDir);
    expect(server.joined).toBe(false);
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.log', 'socket']);
  });

  it('leaves the draft of a process that still works on it', async () => {
    const dataDir = sandbox.copy(stopped, 'draft-of-another');
    const draft = join(dataDir, `postgres.draft-${process.ppid}`);
    mkdirSync(draft, { mode: 0o700 });
    expect(await valueIn(dataDir)).toEqual({ value: 42 });
    expect(existsSync(draft)).toBe(true);
  });

  it('refuses the cluster of another major version in one line, and leaves it as it is', async () => {
    const dataDir = sandbox.copy(stopped, 'other-version');
    const cluster = join(dataDir, 'postgres');
    writeFileSync(join(cluster, 'PG_VERSION'), '17\n');
    const before = snapshot(cluster);
    const error = await sandbox.start(dataDir).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartupError);
    expect((error as Error).message).toBe(
      `${cluster} was made by PostgreSQL 17, and the embedded one is 18: start the version of Strongroom that made it`,
    );
    expect(snapshot(cluster)).toEqual(before);
    expect(sandbox.postmasters(dataDir)).toEqual([]);
  });

  it.each(['not a number\n', ''])('refuses a cluster whose version file says %j', async (version) => {
    const dataDir = sandbox.dataDir(`version-${version.length}`);
    mkdirSync(join(dataDir, 'postgres'), { recursive: true, mode: 0o700 });
    writeFileSync(join(dataDir, 'postgres/PG_VERSION'), version);
    await expect(sandbox.start(dataDir)).rejects.toThrow(StartupError);
    expect(readdirSync(join(dataDir, 'postgres'))).toEqual(['PG_VERSION']);
  });

  it('refuses a directory that is no cluster in one line, and leaves it as it is', async () => {
    const dataDir = sandbox.dataDir('no-cluster');
    mkdirSync(join(dataDir, 'postgres'), { recursive: true, mode: 0o700 });
    writeFileSync(join(dataDir, 'postgres/notes.txt'), 'mine');
    const error = await sandbox.start(dataDir).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartupError);
    expect((error as Error).message.split('\n')).toHaveLength(1);
    expect(readdirSync(join(dataDir, 'postgres'))).toEqual(['notes.txt']);
  });
});

/** Lists every file with its size, time and mode. */
function snapshot(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { size, mtimeMs, mode } = statSync(join(directory, name));
      const text = name === 'PG_VERSION' ? readFileSync(join(directory, name), 'utf8') : '';
      return `${name} ${size} ${mtimeMs} ${mode.toString(8)} ${text}`;
    });
}
