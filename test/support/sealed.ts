import { setTimeout as wait } from 'node:timers/promises';
import type { TestDatabase } from './database.js';

/** Waits until the sealer of a running service has sealed everything. */
export async function sealed(database: TestDatabase): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const [row] = await database.asSuperuser<{ waits: boolean }>(
      'SELECT EXISTS (SELECT FROM audit_pending) AS waits',
    );
    if (row?.waits === false) return;
    await wait(100);
  }
  throw new Error('The events were not sealed within a minute');
}
