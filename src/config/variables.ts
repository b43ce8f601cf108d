/** A variable of the environment that the service reads. */
export interface Variable {
  readonly name: string;
  readonly default: string | undefined;
  /** Holds a secret: may be given as `<name>_FILE`, and is never shown. */
  readonly secret: boolean;
}

function variable(name: string, fallback?: string): Variable {
  return { name, default: fallback, secret: false };
}

function secret(name: string): Variable {
  return { name, default: undefined, secret: true };
}

/** Every variable of the service; docs/configuration.md and .env.example list the same, which a test compares. */
export const variables = {
  nodeEnv: variable('NODE_ENV', 'development'),
  host: variable('HOST', '127.0.0.1'),
  port: variable('PORT', '8080'),
  databaseUrl: secret('DATABASE_URL'),
  databaseOwnerUrl: secret('DATABASE_OWNER_URL'),
  dataDir: variable('STRONGROOM_DATA_DIR', './data'),
  rootKeys: secret('STRONGROOM_ROOT_KEYS'),
  adminUsername: variable('STRONGROOM_ADMIN_USERNAME', 'admin'),
  adminPassword: secret('STRONGROOM_ADMIN_PASSWORD'),
  maxValueBytes: variable('STRONGROOM_MAX_VALUE_BYTES', '65536'),
  logLevel: variable('STRONGROOM_LOG_LEVEL', 'info'),
  appRole: variable('STRONGROOM_APP_ROLE', 'strongroom_app'),
  readerRole: variable('STRONGROOM_READER_ROLE', 'strongroom_reader'),
  poolSize: variable('STRONGROOM_DATABASE_POOL_SIZE', '10'),
  trustedProxies: variable('STRONGROOM_TRUSTED_PROXIES', ''),
  drainMilliseconds: variable('STRONGROOM_DRAIN_MS', '2000'),
} satisfies Record<string, Variable>;
