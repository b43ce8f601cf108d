import type { Configuration } from './configuration.js';

/** Returns the settings that must not be combined, each with the variable to change. */
export function unsafeCombinations(configuration: Configuration): string[] {
  const { nodeEnv, databaseUrl, databaseOwnerUrl, rootKeys, appRole, readerRole } = configuration;
  const production = nodeEnv === 'production';
  const problems: [unsafe: boolean, message: string][] = [
    [
      production && databaseUrl === undefined,
      'DATABASE_URL must be set in production: the embedded database is for development',
    ],
    [
      production && rootKeys === undefined,
      'STRONGROOM_ROOT_KEYS must be set in production: a generated root key is refused',
    ],
    [
      databaseUrl === undefined && databaseOwnerUrl !== undefined,
      'DATABASE_OWNER_URL is set without DATABASE_URL: give the service a login too',
    ],
    [
      !production && databaseUrl !== undefined && rootKeys === undefined,
      'STRONGROOM_ROOT_KEYS must be set with DATABASE_URL: a root key is only generated beside the embedded database',
    ],
    [
      databaseUrl !== undefined &&
        databaseOwnerUrl !== undefined &&
        userOf(databaseUrl) === userOf(databaseOwnerUrl),
      'DATABASE_OWNER_URL has the same user as DATABASE_URL: the service must not own its tables, so give it another login',
    ],
    [appRole === readerRole, 'STRONGROOM_READER_ROLE must differ from STRONGROOM_APP_ROLE'],
  ];
  return problems.filter(([unsafe]) => unsafe).map(([, message]) => message);
}

/** Returns a warning for each setting that works but is not meant to stay. */
export function configurationWarnings(configuration: Configuration): string[] {
  const { nodeEnv, host, databaseUrl, databaseOwnerUrl } = configuration;
  const warnings: [unwise: boolean, message: string][] = [
    [
      databaseUrl !== undefined && databaseOwnerUrl === undefined,
      'DATABASE_OWNER_URL is not set: one login migrates and serves. Each session drops its rights, but a service ' +
        'that cannot regain them is safer: give it a login of its own',
    ],
    [
      nodeEnv === 'development' && !isLoopback(host),
      'HOST admits other machines while NODE_ENV is development: set NODE_ENV=production and put TLS in front',
    ],
  ];
  return warnings.filter(([unwise]) => unwise).map(([, message]) => message);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

function userOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}
