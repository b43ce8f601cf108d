import type pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { Unavailable } from '../common/errors.js';
import { asDomainError } from './connection/unavailability.js';

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
 * Runs a statement that the server parses and plans once per connection, under its name. It bypasses TypeORM's mapping,
 * so use it for reads and hot paths only. A name must always stand for the same text.
 * @returns the rows as the driver returns them
 * @throws Unavailable when the database cannot be reached; any other error of the driver unchanged
 */
export async function namedQuery<R>(
  dataSource: DataSource,
  name: string,
  text: string,
  values: unknown[],
): Promise<R[]> {
  try {
    const { rows } = await poolOf(dataSource).query({ name, text, values });
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
  name: string,
  text: string,
  values: unknown[],
): Promise<R[]> {
  if (queryRunner === undefined) throw new Error('Only the manager of a transaction has a connection');
  const client = (await queryRunner.connect()) as pg.PoolClient;
  const { rows } = await client.query({ name, text, values });
  return rows as R[];
}
