import type pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { Unavailable } from '../common/errors.js';
import { databaseCall } from './connection/driver-error.js';
import { asDomainError } from './connection/unavailability.js';

/**
 * Describes a statement that the server parses and plans once per connection. A name must always stand for the same
 * text.
 */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/**
 * Returns the driver's connection pool of a data source.
 * @throws Unavailable after the data source was closed, since a request may outlive it when its client disconnects
 */
export function poolOf(dataSource: DataSource): pg.Pool {
  const { master } = dataSource.driver as unknown as { master?: pg.Pool };
  if (master === undefined) throw new Unavailable();
  return master;
}

/**
 * Limits how long the driver waits for the answer to a single statement: longer than the server lets it run, so that a
 * slow server can be told from a silent one, and short enough for a request that is answered within five seconds.
 */
const PATIENCE_MS = 3_500;

/** Returns what the driver is given to run a statement, with the time after which it gives up. */
export function withPatience(statement: NamedStatement): NamedStatement & { query_timeout: number } {
  return { ...statement, query_timeout: PATIENCE_MS };
}

/**
 * Runs a named statement. It bypasses TypeORM's mapping, so use it for reads and hot paths only.
 * @returns the rows as the driver returns them
 * @throws Busy, Unavailable as `asDomainError` says; any other error of the driver unchanged
 */
export async function namedQuery<R>(dataSource: DataSource, statement: NamedStatement): Promise<R[]> {
  try {
    const { rows } = await databaseCall(() => poolOf(dataSource).query(withPatience(statement)));
    return rows as R[];
  } catch (error) {
    throw asDomainError(error);
  }
}

/**
 * Runs a named statement on the connection of a manager's transaction.
 * @throws the driver's errors unchanged
 */
export async function namedQueryIn<R>(
  { queryRunner }: Pick<EntityManager, 'queryRunner'>,
  statement: NamedStatement,
): Promise<R[]> {
  if (queryRunner === undefined) throw new Error('Only the manager of a transaction has a connection');
  const client = (await queryRunner.connect()) as pg.PoolClient;
  const { rows } = await databaseCall(() => client.query({ ...statement }));
  return rows as R[];
}
