import type { DataSourceOptions, EntityTarget, ObjectLiteral } from 'typeorm';
import { typeParsers } from './pg-type-parsers.js';

export interface ConnectionSettings {
  /** postgresql:// URL; `?host=` may name the directory of a unix socket. */
  readonly url: string;
  readonly poolSize: number;
  readonly entities?: readonly EntityTarget<ObjectLiteral>[];
  /** Settings that every session starts with; they survive RESET and DISCARD ALL. */
  readonly sessionSettings?: Readonly<Record<string, string>>;
  /** After how long a statement without an answer is given up: the server's own timeouts do not reach a lost host. */
  readonly timeoutMilliseconds?: number;
}

/**
 * Options of a TypeORM data source for PostgreSQL. The URL goes to the driver as it is: TypeORM's own reading of it
 * would lose the socket's directory. The schema is only ever changed by migrations.
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

/** The driver lets a URL's own `options` win, so ours are added to them. */
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
