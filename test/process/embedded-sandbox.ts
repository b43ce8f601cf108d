import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformFileSync } from '@swc/core';
import pg from 'pg';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../src/database/embedded/embedded-postgres.js';
import { query } from '../support/server.js';
import { Starter } from './embedded-starter.js';
import { until } from '../support/until.js';

const PROJECT = join(import.meta.dirname, '../..');
const EMBEDDED = 'src/database/embedded';

/** Owns a temporary directory, and every server and process that a test file starts in it. */
export class Sandbox {
  readonly root = makeRoot();
  private readonly servers: EmbeddedPostgres[] = [];
  private readonly starters: Starter[] = [];
  private readonly leftovers: string[] = [];
  private readonly frozen: number[] = [];
  private launcher?: string;

  /** Returns the absolute path of a data directory that does not exist yet. */
  dataDir(name: string): string {
    return join(this.root, name);
  }

  /** Returns a data directory with a copy of a server's files, in whatever state they are. */
  copy(from: string, name: string): string {
    const path = this.dataDir(name);
    execFileSync('cp', ['-a', from, path]);
    return path;
  }

  /** Starts the server from this process. */
  async start(dataDir: string, more: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ dataDir, ...more });
    this.servers.push(server);
    return server;
  }

  /** Starts the server from a process of its own. */
  spawn(dataDir: string): Starter {
    this.launcher ??= this.compile();
    const starter = new Starter(this.launcher, dataDir);
    this.starters.push(starter);
    return starter;
  }

  /**
   * Runs a program that starts the server and then `more` with it, and returns its output once it has ended by itself.
   */
  runToEnd(dataDir: string, more = ''): string {
    this.launcher ??= this.compile();
    const program = `
      const { startEmbeddedPostgres } = await import(${JSON.stringify(pathToFileURL(this.launcher).href)});
      const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
      ${more}`;
    return execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 120_000,
    });
  }

  /** Suspends the server's checkpointer, so that the server cannot shut down until the process continues. */
  async freezeCheckpointer(url: string): Promise<number> {
    const find = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'";
    const [row] = await query<{ pid: number }>(url, find);
    const { pid } = row!;
    this.frozen.push(pid);
    process.kill(pid, 'SIGSTOP');
    return pid;
  }

  /** Registers a directory outside the sandbox for removal. */
  removeLater(directory: string): void {
    this.leftovers.push(directory);
  }

  async cleanUp(): Promise<void> {
    try {
      for (const starter of this.starters) await starter.kill();
      for (const pid of this.postmasters()) await killAndWait(pid);
      for (const pid of this.frozen) {
        if (commandOf(pid)[0]?.startsWith('postgres: checkpointer') === true) await killAndWait(pid);
      }
      for (const server of this.servers) await server.stop();
    } finally {
      for (const directory of [this.root, ...this.leftovers])
        rmSync(directory, { recursive: true, force: true });
    }
  }

  /** Returns the ids of the servers that run on a cluster of this sandbox. */
  postmasters(dataDir = this.root): number[] {
    return processes().filter((pid) => {
      const words = commandOf(pid);
      const data = words[words.indexOf('-D') + 1] ?? '';
      return basename(words[0] ?? '') === 'postgres' && `${data}/`.startsWith(`${dataDir}/`);
    });
  }

  /** Compiles the launcher from the current sources to plain JavaScript. */
  private compile(): string {
    const out = join(this.root, 'launcher');
    for (const source of withImports(join(EMBEDDED, 'embedded-postgres.ts'))) {
      const target = join(out, source.replace(/\.ts$/, '.js'));
      const { code } = transformFileSync(join(PROJECT, source), {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
      });
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
    writeFileSync(join(out, 'package.json'), '{"type":"module"}');
    symlinkSync(join(PROJECT, 'node_modules'), join(out, 'node_modules'));
    return join(out, EMBEDDED, 'embedded-postgres.js');
  }
}

/** Returns a source file and all that it imports, directly or not. */
function withImports(first: string): ReadonlySet<string> {
  const sources = new Set([first]);
  for (const source of sources) {
    const text = readFileSync(join(PROJECT, source), 'utf8');
    for (const [, path = ''] of text.matchAll(/ from '(\.[^']+)\.js'/g))
      sources.add(join(dirname(source), `${path}.ts`));
  }
  return sources;
}

export function isAlive(pid: number): boolean {
  try {
    // A zombie has ended, although no process has collected its status.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits for the end of a process. */
export function waitForEnd(pid: number): Promise<void> {
  return until(() => !isAlive(pid));
}

export async function killAndWait(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  await waitForEnd(pid);
}

/** Returns the process id that the server itself recorded. */
export function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n', 1)[0]);
}

/** Runs one statement on a connection that will be cut in the meantime. */
export async function runUntilCut(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Creates a directory that others may enter but not list, like the directories above a real data directory. */
function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'strongroom-embedded-'));
  chmodSync(root, 0o711);
  return root;
}
