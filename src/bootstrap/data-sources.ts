import type { DataSource } from 'typeorm';
import { StartupError } from '../common/startup-error.js';
import type { Configuration } from '../config/configuration.js';
import { assertDurable, assertServiceLogin } from '../database/connection/database-assertions.js';
import { OpenConnections } from '../database/connection/open-connections.js';
import { openServiceDataSource, serviceSettings } from '../database/connection/service-data-source.js';
import { assertSessions } from '../database/connection/session-check.js';
import { CONNECTIONS_BESIDE_POOL } from '../database/lanes.js';
import { poolOf } from '../database/named-query.js';
import { DatabaseHealth } from '../database/readiness/database-health.js';
import { ServingQuestion } from '../database/readiness/serving-question.js';
import type { DatabaseLocation } from './database-location.js';
import { entities } from './entities.js';

/**
 * Limits a probe of the database. Its connection is replaced now and then, since requests also need new connections,
 * which fail after a change of the password.
 */
const PROBE = { timeoutMilliseconds: 1_000, lifetimeSeconds: 10 };

/** Holds the service's pools of connections. */
export interface DataSources {
  /** Serves the lanes. */
  readonly dataSource: DataSource;
  /** Serves look-ups of wrapped keys, which can happen inside a transaction. */
  readonly keyDataSource: DataSource;
  readonly health: DatabaseHealth;
  /** The maximum number of connections that a replica opens. */
  readonly connections: number;
  readonly close: () => Promise<void>;
}

/**
 * Opens the service's connections, once its login is verified to be restricted.
 * @throws StartupError with one line for the operator
 */
export async function openDataSources(
  { appRole, readerRole, nodeEnv, poolSize }: Configuration,
  { url, variable, serviceLogin }: DatabaseLocation,
): Promise<DataSources> {
  const options = { url, variable, appRole, single: serviceLogin === undefined, entities };
  const { events, keys, probe } = CONNECTIONS_BESIDE_POOL;
  const opened: DataSource[] = [];
  const open = async (poolSize: number, limits: Partial<typeof PROBE> = {}): Promise<DataSource> => {
    const dataSource = await openServiceDataSource({ ...options, poolSize, ...limits });
    opened.push(dataSource);
    return dataSource;
  };
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((dataSource) => dataSource.destroy()));
  };
  try {
    const dataSource = await open(poolSize + events);
    await assertSessions(dataSource, serviceSettings(options), { variable, url });
    await assertServiceLogin(dataSource, readerRole);
    if (nodeEnv === 'production') await assertDurable(dataSource);
    const keyDataSource = await open(keys);
    const probes = await open(probe, PROBE);
    // A start may take longer than a probe.
    const problem = await new ServingQuestion(dataSource, readerRole).ask();
    if (problem !== undefined) throw new StartupError(`${variable}: ${problem}`);
    const pools = [dataSource, keyDataSource].map(poolOf);
    const health = new DatabaseHealth(
      new ServingQuestion(probes, readerRole),
      pools.map((pool) => new OpenConnections(pool)),
    );
    for (const pool of pools) pool.on('error', () => health.noteLostConnection());
    const connections = poolSize + events + keys + probe;
    const closeAll = (): Promise<void> => {
      health.close();
      return close();
    };
    return { dataSource, keyDataSource, health, connections, close: closeAll };
  } catch (error) {
    await close();
    throw error;
  }
}
