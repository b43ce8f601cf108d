import type { TestDatabase } from './database.js';

/** Maps statements to the number of their calls. */
export type Counted = Readonly<Record<string, number>>;

/** Returns the difference between two counts. */
export function added(before: Counted, after: Counted): Counted {
  const more = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return Object.fromEntries(more.filter(([, count]) => count > 0));
}

/**
 * Counts statements by their text with the server's `pg_stat_statements`: the successful ones that logins other than a
 * superuser send to a database, without those inside functions and those that prepare a new connection.
 */
export class StatementCount {
  private constructor(private readonly database: TestDatabase) {}

  static async of(database: TestDatabase): Promise<StatementCount> {
    await database.asSuperuser('CREATE SCHEMA counting; CREATE EXTENSION pg_stat_statements SCHEMA counting');
    return new StatementCount(database);
  }

  async during<T>(act: () => Promise<T>): Promise<{ result: T; counted: Counted }> {
    const before = await this.now();
    const result = await act();
    return { result, counted: added(before, await this.now()) };
  }

  private async now(): Promise<Counted> {
    const rows = await this.database.asSuperuser<{ text: string; calls: number }>(
      `SELECT query AS text, sum(calls)::integer AS calls FROM counting.pg_stat_statements s
       JOIN pg_database d ON d.oid = s.dbid AND d.datname = current_database()
       WHERE s.userid <> current_user::regrole AND query NOT LIKE 'SELECT pg_catalog.set_config(%' GROUP BY query`,
    );
    return Object.fromEntries(rows.map(({ text, calls }) => [text, calls]));
  }
}
