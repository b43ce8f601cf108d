import type { Configuration } from './configuration.js';
import { sslModeOf } from './database-tls.js';
import { parseDatabaseUrl } from './database-url.js';

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
        parseDatabaseUrl(databaseUrl).user === parseDatabaseUrl(databaseOwnerUrl).user,
      'DATABASE_OWNER_URL has the same user as DATABASE_URL: the service must not own its tables, so give it another login',
    ],
    [
      configuration.metricsPort === configuration.port && configuration.port !== 0,
      'STRONGROOM_METRICS_PORT must differ from PORT',
    ],
    ...incompleteTls(configuration),
    ...incompleteSinks(configuration),
    [appRole === readerRole, 'STRONGROOM_READER_ROLE must differ from STRONGROOM_APP_ROLE'],
    [!isDefaultPossible(configuration), DEFAULT_DAYS_RULE],
    [isBelowFloor(configuration), AUDIT_DAYS_RULE],
  ];
  return problems.filter(([unsafe]) => unsafe).map(([, message]) => message);
}

/** Lists the settings of TLS of which one is useless without the other. */
function incompleteTls({
  tlsCertificateFile,
  tlsKeyFile,
}: Configuration): [unsafe: boolean, message: string][] {
  return [
    [
      tlsCertificateFile !== undefined && tlsKeyFile === undefined,
      'STRONGROOM_TLS_KEY_FILE must be set with STRONGROOM_TLS_CERTIFICATE_FILE: give the key of the certificate',
    ],
    [
      tlsCertificateFile === undefined && tlsKeyFile !== undefined,
      'STRONGROOM_TLS_CERTIFICATE_FILE must be set with STRONGROOM_TLS_KEY_FILE: give the certificate of the key',
    ],
  ];
}

/** Lists the settings of sinks of the audit trail of which one is useless without the other. */
function incompleteSinks(configuration: Configuration): [unsafe: boolean, message: string][] {
  const { auditSyslog, auditSyslogCaFile, auditSyslogCertificateFile, auditSyslogKeyFile } = configuration;
  const { auditWebhookUrl, auditWebhookKey, auditWebhookCaFile } = configuration;
  const syslogFiles = [auditSyslogCaFile, auditSyslogCertificateFile, auditSyslogKeyFile];
  return [
    [
      auditSyslog === undefined && syslogFiles.some((file) => file !== undefined),
      'STRONGROOM_AUDIT_SYSLOG must be set with STRONGROOM_AUDIT_SYSLOG_CA_FILE, _CERTIFICATE_FILE and _KEY_FILE',
    ],
    [
      (auditSyslogCertificateFile === undefined) !== (auditSyslogKeyFile === undefined),
      'STRONGROOM_AUDIT_SYSLOG_CERTIFICATE_FILE and STRONGROOM_AUDIT_SYSLOG_KEY_FILE must be set together',
    ],
    [
      (auditWebhookUrl === undefined) !== (auditWebhookKey === undefined),
      'STRONGROOM_AUDIT_WEBHOOK_URL and STRONGROOM_AUDIT_WEBHOOK_KEY must be set together: every post is signed',
    ],
    [
      auditWebhookUrl === undefined && auditWebhookCaFile !== undefined,
      'STRONGROOM_AUDIT_WEBHOOK_URL must be set with STRONGROOM_AUDIT_WEBHOOK_CA_FILE',
    ],
  ];
}

const DEFAULT_DAYS_RULE =
  'STRONGROOM_TRASH_DAYS must be from STRONGROOM_MIN_TRASH_DAYS to STRONGROOM_MAX_TRASH_DAYS';

const AUDIT_DAYS_RULE =
  'STRONGROOM_AUDIT_DAYS must be at least STRONGROOM_MIN_AUDIT_DAYS, or 0 to keep events for ever';

function isBelowFloor({ auditDays, minAuditDays }: Configuration): boolean {
  return auditDays !== 0 && auditDays < minAuditDays;
}

function isDefaultPossible({ trashDays, minTrashDays, maxTrashDays }: Configuration): boolean {
  return trashDays >= minTrashDays && trashDays <= maxTrashDays;
}

const UNVERIFIED =
  'has sslmode=no-verify: the connection is encrypted, but any server could be at its other end. Use ' +
  'sslmode=verify-full, with sslrootcert=<file> if the certificate of the server is of an authority of your own';

/** Returns a warning for each setting that works but is not meant to stay. */
export function configurationWarnings(configuration: Configuration): string[] {
  const { nodeEnv, host, databaseUrl, databaseOwnerUrl } = configuration;
  const warnings: [unwise: boolean, message: string][] = [
    [
      nodeEnv === 'development' && !isLoopback(host),
      'HOST admits other machines while NODE_ENV is development: set NODE_ENV=production and use TLS',
    ],
    [isUnverified(databaseUrl), `DATABASE_URL ${UNVERIFIED}`],
    [isUnverified(databaseOwnerUrl), `DATABASE_OWNER_URL ${UNVERIFIED}`],
  ];
  return warnings.filter(([unwise]) => unwise).map(([, message]) => message);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

function isUnverified(url: string | undefined): boolean {
  return url !== undefined && sslModeOf(parseDatabaseUrl(url)) === 'no-verify';
}
