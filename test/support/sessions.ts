import pg from 'pg';
import { SERVICE, type TestDatabase } from './database.js';
import { until } from './until.js';

const LOOK_MS = 5;

/** Names what sessions do, as conditions on `pg_stat_activity`. */
export const WAITS_FOR_LOCK = `wait_event_type = 'Lock'`;
export const LISTS = `state = 'active' AND query LIKE '%WITH page AS%'`;

/** Looks at the sessions that the service has on a database. */
export class Sessions {
  private constructor(private readonly client: pg.Client) {}

  static async of({ superuserUrl }: TestDatabase): Promise<Sessions> {
    const client = new pg.Client({ connectionString: superuserUrl });
    await client.connect();
    return new Sessions(client);
  }

  /** Returns how many sessions do something now. */
  async count(condition: string): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM pg_stat_activity
       WHERE datname = current_database() AND usename = '${SERVICE}' AND (${condition})`,
    );
    return rows[0]!.count;
  }

  /** Waits until at least one session does something. */
  async some(condition: string): Promise<void> {
    await until(async () => (await this.count(condition)) > 0, LOOK_MS);
  }

  /** Runs `act` and returns the most sessions that did something at any look. */
  async most<T>(condition: string, act: () => Promise<T>): Promise<{ result: T; most: number }> {
    const looking = { goesOn: true };
    let most = 0;
    const looks = (async () => {
      for (; looking.goesOn; await look()) most = Math.max(most, await this.count(condition));
    })();
    const result = await act().finally(() => (looking.goesOn = false));
    await looks;
    return { result, most };
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

function look(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
