import type pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { Unavailable } from '../common/errors.js';
import { asDomainError } from './unavailability.js';

/**
 * The data source's own pool of the driver.
 * @throws Unavailable after the data source was closed, which a request may outlive whose client has hung up
 */
export function poolOf(dataSource: DataSource): pg.Pool {
  const { master } = dataSource.driver as unknown as { master?: pg.Pool };
  if (master === undefined) throw new Unavailable();
  return master;
}

/**
 * Runs a statement that the server parses and plans once a connection, under its name. For reads and the hot path:
 * it goes around TypeORM's mapping. A name stands for one text only.
 * @returns the rows as the driver gives them
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
 * The same on the connection of a manager's transaction.
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
