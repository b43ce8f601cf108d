import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';

const LOCK = 'strongroom migrations';
const POLL_MS = 100;

/**
 * Does work under the migration lock, which one session per database can hold. The lock is polled, since waiting for it
 * inside the server would block index builds, which wait for old snapshots.
 */
export async function underMigrationLock<T>(
  dataSource: DataSource,
  onProgress: ((line: string) => void) | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    for (let waited = 0; !(await tryLock(runner)); waited += POLL_MS) {
      if (waited === 0) onProgress?.('waiting for another start to finish migrating');
      await sleep(POLL_MS);
    }
    return await work();
  } finally {
    await runner.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
    await runner.release();
  }
}

async function tryLock(runner: QueryRunner): Promise<boolean> {
  const [row] = (await runner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked', [
    LOCK,
  ])) as [{ locked: boolean }];
  return row.locked;
}
