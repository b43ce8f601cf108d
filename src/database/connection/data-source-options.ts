import type pg from 'pg';
import type { DataSourceOptions, EntityTarget, ObjectLiteral } from 'typeorm';
import { clientConfig } from './client-config.js';
import { typeParsers } from './pg-type-parsers.js';
import { prepareSession, type SessionSettings } from './session-settings.js';

/** Limits how long a request waits for a new connection. */
const SERVICE_CONNECT_TIMEOUT_MS = 3_000;

export interface ConnectionSettings {
  /** A postgresql:// URL; `?host=` may name the directory of a unix socket. */
  readonly url: string;
  readonly poolSize: number;
  readonly entities?: readonly EntityTarget<ObjectLiteral>[];
  /** The initial settings of every session, which survive RESET and DISCARD ALL. */
  readonly sessionSettings?: SessionSettings;
  /** The time after which an unanswered statement fails; the server's own timeouts do not cover a lost host. */
  readonly timeoutMilliseconds?: number;
  /** The time after which a connection is replaced by a new one; without it, connections last. */
  readonly lifetimeSeconds?: number;
}

/**
 * Returns the options of a TypeORM data source for PostgreSQL. The connection is described by `extra`, which goes to
 * the driver as it is, since TypeORM's own parser of URLs would lose the socket's directory. Only migrations change the
 * schema.
 */
export function dataSourceOptions(settings: ConnectionSettings): DataSourceOptions & { type: 'postgres' } {
  const {
    url,
    poolSize,
    entities = [],
    sessionSettings = {},
    timeoutMilliseconds,
    lifetimeSeconds = 0,
  } = settings;
  return {
    type: 'postgres',
    entities: entities as never[],
    synchronize: false,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    poolSize,
    logging: false,
    poolErrorHandler: () => undefined,
    extra: {
      ...clientConfig(url, sessionSettings),
      onConnect: (client: pg.Client) => prepareSession(client, sessionSettings),
      types: typeParsers,
      maxLifetimeSeconds: lifetimeSeconds,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      ...(timeoutMilliseconds !== undefined && {
        query_timeout: timeoutMilliseconds,
        // A connection whose statements may take less may also take less to open.
        connectionTimeoutMillis: Math.min(SERVICE_CONNECT_TIMEOUT_MS, 2 * timeoutMilliseconds),
      }),
    },
  };
}
