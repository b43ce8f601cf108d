import type { DataSource } from 'typeorm';

const TIMEOUT_MS = 1_000;

/** Checks that the database answers, for probes and status pages. */
export class DatabaseHealth {
  private pending: Promise<boolean> | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Tells whether the database answers within a second. Concurrent calls share one query, so that probes of a hanging
   * database cannot use up its connections.
   */
  isReachable(): Promise<boolean> {
    this.pending ??= this.query().finally(() => (this.pending = undefined));
    return within(TIMEOUT_MS, this.pending);
  }

  private async query(): Promise<boolean> {
    try {
      await this.dataSource.query('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }
}

async function within(milliseconds: number, pending: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([pending, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
