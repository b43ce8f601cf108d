import type { DataSourceOptions, EntityTarget, ObjectLiteral } from 'typeorm';
import { typeParsers } from './pg-type-parsers.js';

export interface ConnectionSettings {
  /** A postgresql:// URL; `?host=` may name the directory of a unix socket. */
  readonly url: string;
  readonly poolSize: number;
  readonly entities?: readonly EntityTarget<ObjectLiteral>[];
  /** The initial settings of every session, which survive RESET and DISCARD ALL. */
  readonly sessionSettings?: Readonly<Record<string, string>>;
  /** The time after which an unanswered statement fails; the server's own timeouts do not cover a lost host. */
  readonly timeoutMilliseconds?: number;
}

/**
 * Returns the options of a TypeORM data source for PostgreSQL. The URL is passed to the driver unchanged, since
 * TypeORM's own parser would lose the socket's directory. Only migrations change the schema.
 */
export function dataSourceOptions(settings: ConnectionSettings): DataSourceOptions & { type: 'postgres' } {
  const { url, poolSize, entities = [], sessionSettings = {}, timeoutMilliseconds } = settings;
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
      connectionString: withSessionSettings(url, sessionSettings),
      application_name: 'strongroom',
      types: typeParsers,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      ...(timeoutMilliseconds !== undefined && { query_timeout: timeoutMilliseconds }),
    },
  };
}

/** Adds our settings to the `options` of the URL, which would otherwise override them in the driver. */
function withSessionSettings(url: string, settings: Readonly<Record<string, string>>): string {
  const parsed = new URL(url);
  const own = parsed.searchParams.get('options');
  const added = Object.entries(settings).map(
    ([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`,
  );
  const options = [...(own === null ? [] : [own]), ...added].join(' ');
  if (options !== '') parsed.searchParams.set('options', options);
  return parsed.toString().replaceAll('+', '%20');
}
