import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../src/common/startup-error.js';
import { serverUser } from '../../src/database/embedded/server-user.js';
import { socketDirectory } from '../../src/database/embedded/socket-directory.js';
import { query } from '../support/server.js';
import { Sandbox, postmasterPid, runUntilCut } from './embedded-sandbox.js';
import { until } from '../support/until.js';

const LONGEST_SOCKET_PATH = 107;
const isRoot = process.getuid?.() === 0;

/** Lists statements, six of which fail with messages of PostgreSQL that quote the values. */
const STATEMENTS: [string, unknown[]?][] = [
  ['CREATE TABLE canary_table (canary_column text PRIMARY KEY)'],
  ['INSERT INTO canary_table VALUES ($1)', ['canary-value']],
  ['INSERT INTO canary_table VALUES ($1)', ['canary-value']],
  ["INSERT INTO canary_table VALUES ('canary-value')"],
  ['SELECT $1::integer', ['canary-number']],
  ["SELECT 'canary-cast'::integer"],
  ['SELECT canary_nonsense FROM'],
  ["DO $$ BEGIN RAISE WARNING 'canary-warning'; END $$"],
  ["DO $$ BEGIN RAISE EXCEPTION 'canary-exception'; END $$"],
];

describe('the files and the user of the embedded PostgreSQL', () => {
  const sandbox = new Sandbox();
  afterAll(() => sandbox.cleanUp());

  async function answerFrom(dataDir: string): Promise<unknown> {
    const server = await sandbox.start(dataDir);
    const [row] = await query(server.url('postgres', 'postgres'), 'SHOW data_directory');
    return row;
  }

  it.each(['with some spaces', 'wïth "quotes" & $signs %41'])(
    'works in a directory named %s',
    async (name) => {
      const dataDir = sandbox.dataDir(name);
      expect(await answerFrom(dataDir)).toEqual({ data_directory: join(dataDir, 'postgres') });
      expect(statSync(join(dataDir, 'socket/.s.PGSQL.5432')).isSocket()).toBe(true);
    },
  );

  it('works in a directory whose path is too long for a socket', async () => {
    const dataDir = sandbox.dataDir(join('long'.repeat(20), 'path'.repeat(20)));
    expect(Buffer.byteLength(join(dataDir, 'socket/.s.PGSQL.5432'))).toBeGreaterThan(LONGEST_SOCKET_PATH);
    const sockets = socketDirectory(dataDir);
    sandbox.removeLater(sockets);
    expect(await answerFrom(dataDir)).toEqual({ data_directory: join(dataDir, 'postgres') });
    expect(Buffer.byteLength(join(sockets, '.s.PGSQL.5432'))).toBeLessThanOrEqual(LONGEST_SOCKET_PATH);
    expect(statSync(sockets).mode & 0o777).toBe(0o700);
    const joining = sandbox.spawn(dataDir);
    expect((await joining.started()).joined).toBe(true);
  });

  it('keeps every file to its owner', async () => {
    const dataDir = sandbox.dataDir('modes');
    const before = process.umask(0);
    try {
      await sandbox.start(dataDir);
    } finally {
      process.umask(before);
    }
    const open = readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
      .concat('.')
      // Access is controlled by the socket's directory.
      .filter((name) => name !== 'socket/.s.PGSQL.5432')
      .map((name) => ({ name, ...modeOf(join(dataDir, name)) }))
      .filter(({ mode, expected }) => mode !== expected);
    expect(open).toEqual([]);
  });

  it('refuses a directory for the socket that others may enter', async () => {
    const dataDir = sandbox.dataDir('open-socket');
    mkdirSync(join(dataDir, 'socket'), { recursive: true });
    chmodSync(join(dataDir, 'socket'), 0o755);
    await expect(sandbox.start(dataDir)).rejects.toThrow(
      new StartupError(
        `${join(dataDir, 'socket')} must belong to you alone: run chmod 700 on it, or remove it`,
      ),
    );
  });

  it('names the owner of a folder that belongs to somebody else, says what to do, and changes nothing', async () => {
    // Only root can give folders away; for other users the root directory belongs to somebody else.
    const cases = isRoot ? ['socket', 'postgres', '.'].map(givenAway) : [inRootDirectory()];
    for (const { dataDir, refused, owner, cure } of cases) {
      const before = stateOf(dataDir);
      const message = await sandbox.start(dataDir).then(() => 'started', String);
      expect(message).toContain(`${refused} belongs to ${owner}, and this process runs as `);
      expect(message).toContain(`${cure}, or set STRONGROOM_DATA_DIR to another folder`);
      expect(stateOf(dataDir)).toEqual(before);
    }
  });

  function stateOf(path: string) {
    const { uid, mode, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    return { uid, mode, mtimeMs };
  }

  function givenAway(part: string) {
    const dataDir = sandbox.dataDir(`foreign-${part}`);
    const refused = join(dataDir, part);
    mkdirSync(refused, { recursive: true, mode: 0o700 });
    mkdirSync(join(dataDir, 'socket'), { recursive: true, mode: 0o700 });
    chownSync(refused, 65533, 65533);
    return {
      dataDir,
      refused,
      owner: 'uid 65533',
      cure: `start as that user, or run \`chown -R 0 ${dataDir}\``,
    };
  }

  function inRootDirectory() {
    const dataDir = '/strongroom-of-nobody';
    const cure = `create ${dataDir} as that user and run \`chown ${process.getuid?.()} ${dataDir}\``;
    return { dataDir, refused: '/', owner: 'root (uid 0)', cure };
  }

  it('refuses a link in the place of the directory for the socket', async () => {
    const dataDir = sandbox.dataDir('linked-socket');
    const elsewhere = sandbox.dataDir('elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    mkdirSync(join(dataDir, 'socket'), { recursive: true });
    replaceByLink(join(dataDir, 'socket'), elsewhere);
    await expect(sandbox.start(dataDir)).rejects.toThrow(/must belong to you alone/);
  });

  it('writes no statement and no value to its log', async () => {
    const dataDir = sandbox.dataDir('log');
    const server = await sandbox.start(dataDir);
    const url = server.url('postgres', 'postgres');
    const failures = await failuresOf(url, STATEMENTS);
    await killBackendOf(url, "SELECT pg_sleep(60) AS canary_sleep, 'canary-literal'");
    await server.stop();
    expect(failures).toBe(6);
    const log = readFileSync(join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('database system is shut down');
    expect(log).toContain('was terminated by signal 9');
    expect(log.split('\n').filter((line) => line.includes('canary'))).toEqual([]);
  });

  it('never runs the server as root: in a namespace without rights there, else as the same user', async () => {
    const dataDir = sandbox.dataDir('user');
    await sandbox.start(dataDir);
    const status = readFileSync(`/proc/${postmasterPid(dataDir)}/status`, 'utf8');
    const rights = /^CapEff:\s+(\S+)$/m.exec(status)?.[1];
    expect(Number.parseInt(rights ?? '', 16)).toBe(0);
    const uid = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]);
    const idsInside = readFileSync(`/proc/${postmasterPid(dataDir)}/uid_map`, 'utf8')
      .trim()
      .split(/\s+/);
    if (isRoot && uid === 0) expect(idsInside).toEqual([mappedUid(), '0', '1']);
    else if (isRoot) expect(uid).toBe(serverUser().uid);
    else expect(uid).toBe(process.getuid?.());
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(uid);
  });

  it("says which folder closes the way for the system's user where namespaces are refused", async () => {
    const closed = sandbox.dataDir('closed');
    mkdirSync(closed, { mode: 0o700 });
    const start = sandbox.start(join(closed, 'data'), { user: serverUser(false) });
    if (isRoot) await expect(start).rejects.toThrow(`may not enter ${closed}: start as an ordinary user`);
    else await expect(start).resolves.toBeDefined();
  });

  it("runs as the system's user where namespaces are refused to root, else as the same user", async () => {
    const dataDir = sandbox.dataDir('system-user');
    const user = serverUser(false);
    const server = await sandbox.start(dataDir, { user });
    const uid = isRoot ? user.uid : process.getuid?.();
    expect(isRoot).toBe(user.uid !== undefined && user.uid !== 0);
    const pid = postmasterPid(dataDir);
    expect(statSync(`/proc/${pid}`).uid).toBe(uid);
    expect(statSync(join(dataDir, 'postgres/PG_VERSION')).uid).toBe(uid);
    expect(statSync(dataDir).uid).toBe(process.getuid?.());
    await server.stop();
    const again = await sandbox.start(dataDir, { user });
    expect(await query(again.url('postgres', 'postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

/** Returns the id that the server sees as its own in a user namespace, which the password file must know. */
function mappedUid(): string | undefined {
  const option = serverUser().wrapper.find((word) => word.startsWith('--map-user='));
  return option?.replace('--map-user=', '');
}

async function failuresOf(url: string, statements: typeof STATEMENTS): Promise<number> {
  let failures = 0;
  for (const [text, values] of statements) await query(url, text, values).catch(() => (failures += 1));
  return failures;
}

/** Kills a backend while it runs a statement, since the server logs what a crashed process was doing. */
async function killBackendOf(url: string, statement: string): Promise<void> {
  const outcome = expect(runUntilCut(url, statement)).rejects.toThrow(/terminat/);
  const running = `SELECT pid FROM pg_stat_activity WHERE query = $1 AND state = 'active'`;
  let rows: { pid: number }[] = [];
  await until(async () => (rows = await query(url, running, [statement])).length > 0);
  process.kill(rows[0]!.pid, 'SIGKILL');
  await outcome;
}

function replaceByLink(path: string, target: string): void {
  rmdirSync(path);
  symlinkSync(target, path);
}

function modeOf(path: string): { mode: string; expected: string } {
  const stats = statSync(path);
  return {
    mode: (stats.mode & 0o777).toString(8),
    expected: stats.isDirectory() ? '700' : '600',
  };
}
