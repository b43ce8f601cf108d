import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { printable } from '../../common/printable.js';
import { StartupError } from '../../common/startup-error.js';

const LOCK = 'strongroom migrations';

/** Sets how long a start waits for the lock, how often it tries, and how often it says that it still waits. */
const PATIENCE = { totalMs: 60_000, pollMs: 100, reportMs: 10_000 };

interface Holder {
  readonly pid: number;
  readonly application: string;
  readonly login: string;
}

/**
 * Does work under the migration lock, which one session per database can hold. The lock is polled, since waiting for it
 * inside the server would block index builds, which wait for old snapshots.
 * @throws StartupError that names the session with the lock when it is not free after a minute
 */
export async function underMigrationLock<T>(
  dataSource: DataSource,
  onProgress: ((line: string) => void) | undefined,
  work: () => Promise<T>,
  patience: Partial<typeof PATIENCE> = {},
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await takeLock(runner, onProgress, { ...PATIENCE, ...patience });
    return await work();
  } finally {
    await runner.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
    await runner.release();
  }
}

async function takeLock(
  runner: QueryRunner,
  onProgress: ((line: string) => void) | undefined,
  { totalMs, pollMs, reportMs }: typeof PATIENCE,
): Promise<void> {
  const start = performance.now();
  let report = start;
  while (!(await tryLock(runner))) {
    const now = performance.now();
    if (now - start >= totalMs) throw new StartupError(await refusal(runner));
    if (now >= report) {
      onProgress?.(`waiting for another start to finish migrating (${await holders(runner)})`);
      report = now + reportMs;
    }
    await sleep(pollMs);
  }
}

async function refusal(runner: QueryRunner): Promise<string> {
  const [holder] = await holdersOf(runner);
  const end = holder === undefined ? '' : `: SELECT pg_terminate_backend(${holder.pid})`;
  return (
    `Another session has held the lock of migrations too long (${await holders(runner)}): if no other start is ` +
    `migrating, end that session as an administrator${end}`
  );
}

async function holders(runner: QueryRunner): Promise<string> {
  const found = await holdersOf(runner);
  const shown = found.map(
    ({ pid, application, login }) =>
      `process ${pid} of the server, application "${printable(application)}", login "${printable(login)}"`,
  );
  return shown.length === 0 ? 'it has just ended' : shown.join('; ');
}

/** Finds the sessions with the lock, whose number pg_locks shows in two halves. */
function holdersOf(runner: QueryRunner): Promise<Holder[]> {
  return runner.query(
    `SELECT l.pid, coalesce(a.application_name, '') AS application, coalesce(a.usename::text, '') AS login
     FROM pg_locks l JOIN pg_database d ON d.oid = l.database LEFT JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND d.datname = current_database()
       AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended($1, 0)`,
    [LOCK],
  ) as Promise<Holder[]>;
}

async function tryLock(runner: QueryRunner): Promise<boolean> {
  const [row] = (await runner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked', [
    LOCK,
  ])) as [{ locked: boolean }];
  return row.locked;
}
