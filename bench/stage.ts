import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { Child, script } from './child.js';

const TENANT = 'default_tenant';
const USER = 'admin';
const SECRETS = 1_000;
const VALUE_BYTES = 100;
const SEEDING_AT_ONCE = 16;

/** Both servers on one PostgreSQL, and what a caller of either sends. */
export interface Stage {
  readonly strongroom: Child;
  readonly yardstick: Child;
  readonly headers: Readonly<Record<string, string>>;
  readonly keys: readonly string[];
  readonly close: () => Promise<void>;
}

/** PostgreSQL with durable settings (its defaults: `fsync` and `synchronous_commit` on), seeded through the API. */
export async function openStage(progress: (line: string) => void): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: join(directory, 'data'), onProgress: progress });
    closers.push(() => postgres.stop());
    await execute(postgres.url('postgres', 'postgres'), [
      'CREATE ROLE bench_owner LOGIN CREATEROLE',
      'CREATE ROLE bench_service LOGIN',
      'CREATE DATABASE bench OWNER bench_owner',
    ]);
    const password = randomBytes(18).toString('base64url');
    const strongroom = await startStrongroom(directory, (user) => postgres.url(user, 'bench'), password);
    closers.push(() => strongroom.stop());
    progress(`Seeding ${SECRETS} secrets`);
    const { headers, keys } = await seed(strongroom.url, password, postgres.url('postgres', 'bench'));
    const database = postgres.url('postgres', 'bench');
    const log = join(directory, 'yardstick.log');
    const yardstick = await Child.start(script('yardstick.js'), [database], {}, { path: '/ready', log });
    closers.push(() => yardstick.stop());
    return { strongroom, yardstick, headers, keys, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function execute(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function startStrongroom(directory: string, url: (user: string) => string, password: string): Promise<Child> {
  const environment = {
    NODE_ENV: 'production',
    DATABASE_URL: url('bench_service'),
    DATABASE_OWNER_URL: url('bench_owner'),
    STRONGROOM_ROOT_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    STRONGROOM_ADMIN_PASSWORD: password,
    STRONGROOM_DRAIN_MS: '0',
  };
  const waiting = { path: '/health/ready', log: join(directory, 'strongroom.log') };
  return Child.start(script('../src/main.js'), [], environment, waiting);
}

async function seed(
  url: string,
  password: string,
  database: string,
): Promise<Pick<Stage, 'headers' | 'keys'>> {
  const headers = {
    authorization: `Basic ${Buffer.from(`${USER}:${password}`).toString('base64')}`,
    tenant: TENANT,
  };
  const keys = Array.from({ length: SECRETS }, (_, index) => `service.${index}.password`);
  for (let from = 0; from < keys.length; from += SEEDING_AT_ONCE) {
    await Promise.all(keys.slice(from, from + SEEDING_AT_ONCE).map((key) => put(url, headers, key)));
  }
  await execute(database, ['ANALYZE']);
  return { headers, keys };
}

async function put(url: string, headers: Readonly<Record<string, string>>, key: string): Promise<void> {
  const value = randomBytes(VALUE_BYTES / 2).toString('hex');
  const answer = await fetch(`${url}/api/v3/secrets/${key}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ value }),
  });
  if (!answer.ok) throw new Error(`Seeding was answered ${answer.status}`);
}
