import type { DataSource } from 'typeorm';

const TIMEOUT_MS = 1_000;

/** Asks the database whether it answers, for probes and status pages. */
export class DatabaseHealth {
  private question: Promise<boolean> | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Tells whether the database answers within a second. Callers at the same moment share one question, so that probes
   * of a database that hangs cannot use up its connections.
   */
  isReachable(): Promise<boolean> {
    this.question ??= this.ask().finally(() => (this.question = undefined));
    return within(TIMEOUT_MS, this.question);
  }

  private async ask(): Promise<boolean> {
    try {
      await this.dataSource.query('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }
}

async function within(milliseconds: number, question: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([question, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
