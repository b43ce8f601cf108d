import type { SecretForm } from '../common/passwords/secret-text.js';

/** Describes an environment variable that the service reads. */
export interface Variable {
  readonly name: string;
  readonly what: string;
  readonly default: string | undefined;
  /** Marks a secret, which may be given as `<name>_FILE` and is never shown; undefined for other variables. */
  readonly secret: SecretForm | undefined;
}

function variable(name: string, fallback: string | undefined, what: string): Variable {
  return { name, default: fallback, what, secret: undefined };
}

function secret(name: string, what: string, form: SecretForm = 'line'): Variable {
  return { name, default: undefined, what, secret: form };
}

/**
 * Lists every variable of the service by its property of Configuration. docs/configuration.md and .env.example list the
 * same, which a test compares.
 */
export const variables = {
  nodeEnv: variable('NODE_ENV', 'development', 'Mode of the service: development, production or test'),
  host: variable('HOST', '127.0.0.1', 'Address to listen on'),
  port: variable('PORT', '8080', 'Port to listen on; 0 takes any free one'),
  tlsCertificateFile: variable(
    'STRONGROOM_TLS_CERTIFICATE_FILE',
    undefined,
    'File of the certificate to serve HTTPS with, in PEM; without it the service speaks HTTP',
  ),
  tlsKeyFile: variable(
    'STRONGROOM_TLS_KEY_FILE',
    undefined,
    'File of the private key of that certificate, in PEM',
  ),
  databaseUrl: secret(
    'DATABASE_URL',
    'Login of the service on PostgreSQL; without it the embedded PostgreSQL is used',
  ),
  databaseOwnerUrl: secret('DATABASE_OWNER_URL', 'Login that owns the tables and migrates them'),
  dataDir: variable(
    'STRONGROOM_DATA_DIR',
    './data',
    'Folder of the embedded database and the generated keys',
  ),
  rootKeys: secret('STRONGROOM_ROOT_KEYS', 'Root keys as id:base64 pairs, separated by commas', 'list'),
  adminUsername: variable('STRONGROOM_ADMIN_USERNAME', 'admin', 'Name of the first administrator'),
  adminPassword: secret('STRONGROOM_ADMIN_PASSWORD', 'Password of the first administrator'),
  passwordMinLength: variable(
    'STRONGROOM_PASSWORD_MIN_LENGTH',
    '8',
    'Fewest characters of a new password; in production the first administrator needs at least 12',
  ),
  maxValueBytes: variable(
    'STRONGROOM_MAX_VALUE_BYTES',
    '65536',
    'Maximum size of a value, in bytes of UTF-8',
  ),
  maxImportBytes: variable(
    'STRONGROOM_MAX_IMPORT_BYTES',
    '67108864',
    'Maximum size of an import body, in bytes',
  ),
  trashDays: variable(
    'STRONGROOM_TRASH_DAYS',
    '30',
    'Days for which the trash keeps a deleted secret, where the tenant has not set others',
  ),
  minTrashDays: variable('STRONGROOM_MIN_TRASH_DAYS', '1', 'Fewest days that a tenant may set'),
  maxTrashDays: variable('STRONGROOM_MAX_TRASH_DAYS', '365', 'Most days that a tenant may set'),
  maxTrashEntries: variable(
    'STRONGROOM_MAX_TRASH_ENTRIES',
    '10000',
    'Most secrets that the trash of a tenant keeps; the oldest are purged first',
  ),
  maxTrashBytes: variable(
    'STRONGROOM_MAX_TRASH_BYTES',
    '67108864',
    'Most bytes that the trash of a tenant keeps; the oldest secrets are purged first',
  ),
  auditDays: variable(
    'STRONGROOM_AUDIT_DAYS',
    '400',
    'Days for which events of the audit trail are kept, where the tenant has no others; 0 keeps them for ever',
  ),
  minAuditDays: variable(
    'STRONGROOM_MIN_AUDIT_DAYS',
    '90',
    'Fewest days that administrators may set for a tenant, at least 30',
  ),
  logLevel: variable(
    'STRONGROOM_LOG_LEVEL',
    'info',
    'Lowest level that is logged: fatal, error, warn, info, debug, trace or silent',
  ),
  appRole: variable('STRONGROOM_APP_ROLE', 'strongroom_app', 'Database role with the rights of the service'),
  readerRole: variable(
    'STRONGROOM_READER_ROLE',
    'strongroom_reader',
    'Database role that owns the reading functions',
  ),
  poolSize: variable(
    'STRONGROOM_DATABASE_POOL_SIZE',
    '10',
    'Database connections per process for requests, at least 6; 4 more serve events, probes and keys',
  ),
  passwordVerifications: variable(
    'STRONGROOM_PASSWORD_VERIFICATIONS',
    '0',
    'Passwords that are verified at once; 0 takes one less than the processor has cores, at most 3',
  ),
  trustedProxies: variable('STRONGROOM_TRUSTED_PROXIES', '', 'Proxies whose X-Forwarded-For is trusted'),
  corsOrigins: variable('STRONGROOM_CORS_ORIGINS', '', 'Origins whose pages may call the API from a browser'),
  keepAliveMilliseconds: variable(
    'STRONGROOM_KEEP_ALIVE_MS',
    '72000',
    'How long an idle connection is kept; longer than the load balancer keeps it',
  ),
  headersMilliseconds: variable(
    'STRONGROOM_HEADERS_TIMEOUT_MS',
    '20000',
    'How long the headers of a request may take to arrive',
  ),
  bodyStallMilliseconds: variable(
    'STRONGROOM_BODY_STALL_MS',
    '15000',
    'How long a body may pause while it arrives',
  ),
  bodyMilliseconds: variable(
    'STRONGROOM_BODY_TIMEOUT_MS',
    '0',
    'How long a whole body may take to arrive; 0 takes any time, as long as it keeps arriving',
  ),
  drainMilliseconds: variable(
    'STRONGROOM_DRAIN_MS',
    '5000',
    'How long a shutdown still serves all requests, so that load balancers can switch to another replica',
  ),
  metricsPort: variable(
    'STRONGROOM_METRICS_PORT',
    '',
    'Port of the metrics and of health in detail; 0 takes any free one, empty opens none',
  ),
  metricsHost: variable(
    'STRONGROOM_METRICS_HOST',
    '127.0.0.1',
    'Address of that port, which has no authentication and no TLS',
  ),
  metricsTenants: variable(
    'STRONGROOM_METRICS_TENANTS',
    '0',
    'Most tenants that the metrics name; 0 names none',
  ),
  auditFile: variable('STRONGROOM_AUDIT_FILE', undefined, 'File to which sealed events are appended'),
  auditSyslog: variable(
    'STRONGROOM_AUDIT_SYSLOG',
    undefined,
    'Host of a syslog server to which sealed events are sent over TLS, and its port; 6514 if none is given',
  ),
  auditSyslogCaFile: variable(
    'STRONGROOM_AUDIT_SYSLOG_CA_FILE',
    undefined,
    'File of the authorities that may have signed the certificate of that server, in PEM',
  ),
  auditSyslogCertificateFile: variable(
    'STRONGROOM_AUDIT_SYSLOG_CERTIFICATE_FILE',
    undefined,
    'File of the certificate that is shown to that server, in PEM',
  ),
  auditSyslogKeyFile: variable(
    'STRONGROOM_AUDIT_SYSLOG_KEY_FILE',
    undefined,
    'File of the private key of that certificate, in PEM',
  ),
  auditWebhookUrl: secret(
    'STRONGROOM_AUDIT_WEBHOOK_URL',
    'URL to which sealed events are posted, https only',
  ),
  auditWebhookKey: secret(
    'STRONGROOM_AUDIT_WEBHOOK_KEY',
    'Key that signs those posts, 32 to 64 bytes in base64',
  ),
  auditWebhookCaFile: variable(
    'STRONGROOM_AUDIT_WEBHOOK_CA_FILE',
    undefined,
    'File of the authorities that may have signed the certificate of that URL, in PEM',
  ),
  auditSinkWaitDays: variable(
    'STRONGROOM_AUDIT_SINK_WAIT_DAYS',
    '7',
    'Days for which pruning waits for a file, syslog server or webhook that does not take events',
  ),
} satisfies Record<string, Variable>;

/** Returns the names that may be set in the environment, with the `_FILE` forms. */
export function knownNames(): string[] {
  return Object.values(variables).flatMap(({ name, secret }) =>
    secret !== undefined ? [name, `${name}_FILE`] : [name],
  );
}
