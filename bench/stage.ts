import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { RootKeys } from '../src/crypto/root-keys.js';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { Child, script } from './child.js';
import { seed, type Caller } from './seed.js';

const IDLE_MS = 5_000;
const TENANTS = 100;
/** Holds the flags of the start script and the image. */
const FLAGS = ['--max-semi-space-size=32'];

export interface StageOptions {
  readonly secrets: number;
  readonly processes: number;
  readonly progress: (line: string) => void;
}

/** Holds the servers on one PostgreSQL, and their callers. */
export interface Stage {
  /** The requested number of servers, on the same database. */
  readonly strongrooms: readonly Child[];
  readonly yardstick: Child;
  readonly callers: readonly Caller[];
  readonly secretsOfTenant: number;
  /** The resident memory of one process some seconds after its start, in MB (10^6 bytes). */
  readonly idleMegabytes: number;
  /** The id of PostgreSQL's main process, the parent of all others. */
  readonly postgresPid: number;
  /** A superuser's connection. */
  readonly database: pg.Client;
  /** Gives a process of the service its connection; the root keys open its values. */
  readonly serviceUrl: string;
  readonly rootKeys: RootKeys;
  readonly close: () => Promise<void>;
}

/**
 * Starts PostgreSQL with durable settings (its defaults: `fsync` and `synchronous_commit` on), seeds it, and starts the
 * servers on it.
 */
export async function openStage(options: StageOptions): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    return await build(options, directory, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  { secrets, processes, progress }: StageOptions,
  directory: string,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Stage> {
  const dataDir = join(directory, 'data');
  const settings = { shared_buffers: '256MB', max_wal_size: '4GB' };
  const postgres = await startEmbeddedPostgres({ dataDir, settings, onProgress: progress });
  closers.push(() => postgres.stop());
  await makeDatabase(postgres.url('postgres', 'postgres'));
  const database = new pg.Client({ connectionString: postgres.url('postgres', 'bench') });
  await database.connect();
  closers.push(() => database.end());
  const rootKeys = `bench:${randomBytes(32).toString('base64')}`;
  const strongrooms: Child[] = [];
  const start = async (): Promise<Child> => {
    const log = join(directory, `strongroom-${strongrooms.length}.log`);
    const child = await startStrongroom(log, rootKeys, (user) => postgres.url(user, 'bench'));
    strongrooms.push(child);
    closers.push(() => child.stop());
    return child;
  };
  const first = await start();
  await sleep(IDLE_MS);
  const idleMegabytes = first.residentMegabytes();
  progress(`Seeding ${secrets} secrets in ${TENANTS} tenants`);
  const secretsOfTenant = Math.ceil(secrets / TENANTS);
  const secretsOfTenants = Array.from({ length: TENANTS }, () => secretsOfTenant);
  const callers = await seed(database, RootKeys.parse(rootKeys), secretsOfTenants);
  while (strongrooms.length < processes) await start();
  const yardstick = await startYardstick(database, postgres.url('postgres', 'bench'), directory);
  closers.push(() => yardstick.stop());
  for (const { url } of strongrooms) await logIn(url, callers);
  const postgresPid = Number(
    readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0],
  );
  return {
    ...{ strongrooms, yardstick, callers, secretsOfTenant, idleMegabytes, postgresPid, database, close },
    ...{ serviceUrl: postgres.url('bench_service', 'bench'), rootKeys: RootKeys.parse(rootKeys) },
  };
}

async function makeDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('CREATE ROLE bench_owner LOGIN CREATEROLE');
    await client.query('CREATE ROLE bench_service LOGIN');
    await client.query('CREATE DATABASE bench OWNER bench_owner');
  } finally {
    await client.end();
  }
}

function startStrongroom(log: string, rootKeys: string, url: (user: string) => string): Promise<Child> {
  const environment = {
    NODE_ENV: 'production',
    DATABASE_URL: url('bench_service'),
    DATABASE_OWNER_URL: url('bench_owner'),
    STRONGROOM_ROOT_KEYS: rootKeys,
    STRONGROOM_ADMIN_PASSWORD: randomBytes(18).toString('base64url'),
    STRONGROOM_DRAIN_MS: '0',
  };
  return Child.start(script('../src/main.js'), [], environment, { path: '/health/ready', log, flags: FLAGS });
}

async function startYardstick(database: pg.Client, url: string, directory: string): Promise<Child> {
  await database.query(
    'CREATE TABLE bench_rows (id uuid PRIMARY KEY, tenant text NOT NULL, key text NOT NULL, value bytea NOT NULL)',
  );
  const log = join(directory, 'yardstick.log');
  return Child.start(script('yardstick.js'), [url], {}, { path: '/ready', log });
}

/** Logs each caller in once, one at a time, so that password verification is not part of the measurement. */
async function logIn(url: string, callers: readonly Caller[]): Promise<void> {
  for (const { basic } of callers) {
    const answer = await fetch(`${url}/api/v3/secrets?_size=1`, { headers: basic });
    if (!answer.ok) throw new Error(`A login was answered ${answer.status}`);
  }
}
