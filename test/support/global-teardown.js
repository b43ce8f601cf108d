import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export default async function globalTeardown() {
  const directory = process.env.TEST_POSTGRES_DIRECTORY;
  const pidFile = join(directory, 'postgres', 'postmaster.pid');
  if (existsSync(pidFile)) {
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]);
    process.kill(pid, 'SIGINT');
    for (let tries = 0; existsSync(pidFile) && tries < 200; tries += 1) await sleep(50);
  }
  rmSync(directory, { recursive: true, force: true });
}
