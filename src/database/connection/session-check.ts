import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { printable } from '../../common/printable.js';
import { StartupError } from '../../common/startup-error.js';
import { connectionProblem, type Asker } from './connection-problem.js';
import { poolOf } from '../named-query.js';
import {
  SETTINGS_OF_SOME_VERSIONS,
  SETTINGS_OF_THE_SERVER,
  type SessionSettings,
} from './session-settings.js';

/** Describes which session of the server answers a connection, and a mark that an earlier statement left there. */
interface Session {
  readonly pid: number;
  readonly mark: string | null;
}

const MARK = 'strongroom.session';

const IDENTIFY = `SELECT pg_backend_pid() AS pid, current_setting('${MARK}', true) AS mark`;

/**
 * Verifies that a connection keeps its session from one transaction to the next, and that the session has the settings
 * that it was given. A pooler in transaction mode fails this.
 * @param dataSource has at least two connections, none of which is in use
 * @param asker names the login, for messages
 * @throws StartupError with the cure
 */
export async function assertSessions(
  dataSource: DataSource,
  settings: SessionSettings,
  asker: Asker,
): Promise<void> {
  const pool = poolOf(dataSource);
  const { variable } = asker;
  const clients: pg.PoolClient[] = [];
  let failed = true;
  try {
    for (let count = 0; count < 2; count += 1) clients.push(await pool.connect());
    for (const client of clients) client.on('error', ignore);
    const [one, other] = clients as [pg.PoolClient, pg.PoolClient];
    if (await sharesSessions(one, other)) throw new StartupError(`${variable}: ${POOLED}`);
    for (const client of [one, other, one]) await assertSettings(client, settings, variable);
    failed = false;
  } catch (error) {
    throw connectionProblem(error, asker);
  } finally {
    for (const client of clients) {
      if (!failed) client.off('error', ignore);
      client.release(failed);
    }
  }
}

/**
 * Ignores the event of a lost connection, which also fails the statement: a pooler in statement mode cuts a connection
 * that begins a transaction.
 */
const ignore = (): void => undefined;

const POOLED =
  'a connection pooler gives each transaction another session of PostgreSQL (as PgBouncer does with ' +
  'pool_mode=transaction), and Strongroom needs the settings and locks of a session: connect to PostgreSQL itself, ' +
  'or to a pool with pool_mode=session';

/**
 * Tells whether the transactions of the connections take any free session. Whichever free session a pooler prefers, the
 * longest or the shortest unused, one of these transactions is given another session than the one before.
 */
async function sharesSessions(one: pg.PoolClient, other: pg.PoolClient): Promise<boolean> {
  const mark = randomUUID();
  await one.query('SELECT set_config($1, $2, false)', [MARK, mark]);
  const first = await identify(one);
  const isFirst = (session: Session): boolean => session.pid === first.pid && session.mark === mark;
  if (!isFirst(first)) return true;
  try {
    await other.query('BEGIN');
    const { pid, mark: found } = await identify(other);
    if (pid === first.pid || found === mark) return true;
    await one.query('BEGIN');
    const second = await identify(one);
    await other.query('COMMIT');
    await one.query('COMMIT');
    return !isFirst(second) || !isFirst(await identify(one));
  } finally {
    for (const client of [one, other]) await client.query('ROLLBACK').catch(() => undefined);
  }
}

async function identify(client: pg.PoolClient): Promise<Session> {
  const { rows } = await client.query<Session>(IDENTIFY);
  return rows[0] as Session;
}

async function assertSettings(
  client: pg.PoolClient,
  settings: SessionSettings,
  variable: string,
): Promise<void> {
  const given = { ...settings, ...SETTINGS_OF_SOME_VERSIONS };
  const names = [...Object.keys(given), ...Object.keys(SETTINGS_OF_THE_SERVER)];
  const { rows } = await client.query<{ name: string; value: string | null }>(
    'SELECT name, current_setting(name, true) AS value FROM unnest($1::text[]) AS name',
    [names],
  );
  for (const { name, value } of rows) {
    const { value: wanted = given[name], cure = CHANGED } = SETTINGS_OF_THE_SERVER[name] ?? {};
    if (value === wanted || (value === null && name in SETTINGS_OF_SOME_VERSIONS)) continue;
    throw new StartupError(
      `${variable}: the session has ${name} = "${printable(value ?? '')}" and needs "${wanted ?? ''}": ${cure}`,
    );
  }
}

const CHANGED =
  'Strongroom sets it, so something between (a pooler, a proxy or a trigger of logins) sets or loses it; ' +
  'connect to PostgreSQL itself, or to a pool with pool_mode=session';
