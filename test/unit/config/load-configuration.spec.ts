import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../../src/common/startup-error.js';
import { loadConfiguration } from '../../../src/config/load-configuration.js';

const CANARY = 'canary-5ac1';
const SERVICE = `postgresql://service:${CANARY}@db:5432/strongroom`;
const OWNER = `postgresql://owner:${CANARY}@db:5432/strongroom`;
const ROOT_KEYS = `first:${CANARY}`;
const WEBHOOK_KEY = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

/**
 * Returns the one line that refuses the environment. Fails the test if it contains the canary that represents a secret.
 */
function refusal(environment: NodeJS.ProcessEnv): string {
  try {
    loadConfiguration(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError);
    const { message } = error as StartupError;
    expect(message).not.toContain('\n');
    expect(message).not.toContain(CANARY);
    return message;
  }
  throw new Error('the environment was accepted');
}

/** Returns what the environment is refused for, or the problem that is kept until the first password is needed. */
function toldOf(environment: NodeJS.ProcessEnv): string {
  const isFirst = Object.keys(environment).every((name) => name.startsWith('STRONGROOM_ADMIN_PASSWORD'));
  return isFirst ? (loadConfiguration(environment).adminPasswordProblem ?? '') : refusal(environment);
}

describe('loadConfiguration', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'strongroom-config-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function file(name: string, content: string | Buffer): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  it('has a default for everything that is no secret', () => {
    expect({ ...loadConfiguration({}) }).toEqual({
      nodeEnv: 'development',
      host: '127.0.0.1',
      port: 8080,
      databaseUrl: undefined,
      databaseOwnerUrl: undefined,
      dataDir: resolve('data'),
      rootKeys: undefined,
      adminUsername: 'admin',
      adminPassword: undefined,
      adminPasswordProblem: undefined,
      passwordMinLength: 8,
      maxValueBytes: 65_536,
      maxImportBytes: 67_108_864,
      trashDays: 30,
      minTrashDays: 1,
      maxTrashDays: 365,
      maxTrashEntries: 10_000,
      maxTrashBytes: 67_108_864,
      auditDays: 400,
      minAuditDays: 90,
      logLevel: 'info',
      appRole: 'strongroom_app',
      readerRole: 'strongroom_reader',
      poolSize: 10,
      passwordVerifications: 0,
      corsOrigins: [],
      trustedProxies: [],
      keepAliveMilliseconds: 72_000,
      headersMilliseconds: 20_000,
      bodyStallMilliseconds: 15_000,
      bodyMilliseconds: 0,
      drainMilliseconds: 5000,
      metricsPort: undefined,
      metricsHost: '127.0.0.1',
      metricsTenants: 0,
      auditSinkWaitDays: 7,
    });
  });

  it('takes every variable', () => {
    const configuration = loadConfiguration({
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      PORT: '0',
      DATABASE_URL: SERVICE,
      DATABASE_OWNER_URL: OWNER,
      STRONGROOM_DATA_DIR: '/var/lib/strongroom',
      STRONGROOM_ROOT_KEYS: ROOT_KEYS,
      STRONGROOM_ADMIN_USERNAME: 'root.user',
      STRONGROOM_ADMIN_PASSWORD: 'a:b c',
      STRONGROOM_PASSWORD_MIN_LENGTH: '16',
      STRONGROOM_MAX_VALUE_BYTES: '16777216',
      STRONGROOM_TRASH_DAYS: '7',
      STRONGROOM_MIN_TRASH_DAYS: '7',
      STRONGROOM_MAX_TRASH_DAYS: '36500',
      STRONGROOM_MAX_TRASH_ENTRIES: '100000',
      STRONGROOM_MAX_TRASH_BYTES: '1099511627776',
      STRONGROOM_AUDIT_DAYS: '0',
      STRONGROOM_MIN_AUDIT_DAYS: '30',
      STRONGROOM_LOG_LEVEL: 'silent',
      STRONGROOM_APP_ROLE: 'app',
      STRONGROOM_READER_ROLE: 'reader',
      STRONGROOM_DATABASE_POOL_SIZE: '200',
      STRONGROOM_PASSWORD_VERIFICATIONS: '3',
      STRONGROOM_TRUSTED_PROXIES: '10.0.0.0/8, ::1 ,fd00::/8',
      STRONGROOM_CORS_ORIGINS: 'https://console.example.com, http://localhost:3000,http://[::1]:8080',
      STRONGROOM_TLS_CERTIFICATE_FILE: '/etc/tls.crt',
      STRONGROOM_TLS_KEY_FILE: '/etc/tls.key',
      STRONGROOM_KEEP_ALIVE_MS: '620000',
      STRONGROOM_HEADERS_TIMEOUT_MS: '1000',
      STRONGROOM_BODY_STALL_MS: '600000',
      STRONGROOM_BODY_TIMEOUT_MS: '7200000',
      STRONGROOM_DRAIN_MS: '0',
      STRONGROOM_METRICS_PORT: '9464',
      STRONGROOM_METRICS_HOST: '::',
      STRONGROOM_METRICS_TENANTS: '10000',
      STRONGROOM_AUDIT_FILE: 'audit.jsonl',
      STRONGROOM_AUDIT_SYSLOG: '[2001:db8::1]:6514',
      STRONGROOM_AUDIT_SYSLOG_CA_FILE: '/ca',
      STRONGROOM_AUDIT_SYSLOG_CERTIFICATE_FILE: '/crt',
      STRONGROOM_AUDIT_SYSLOG_KEY_FILE: '/key',
      STRONGROOM_AUDIT_WEBHOOK_URL: 'https://logs.example.com/in?token=x',
      STRONGROOM_AUDIT_WEBHOOK_KEY: WEBHOOK_KEY,
      STRONGROOM_AUDIT_WEBHOOK_CA_FILE: '/ca',
      STRONGROOM_AUDIT_SINK_WAIT_DAYS: '30',
    });
    expect({ ...configuration }).toEqual({
      nodeEnv: 'production',
      host: '0.0.0.0',
      port: 0,
      databaseUrl: SERVICE,
      databaseOwnerUrl: OWNER,
      dataDir: '/var/lib/strongroom',
      rootKeys: ROOT_KEYS,
      adminUsername: 'root.user',
      adminPassword: 'a:b c',
      adminPasswordProblem: undefined,
      passwordMinLength: 16,
      maxValueBytes: 16_777_216,
      maxImportBytes: 67_108_864,
      trashDays: 7,
      minTrashDays: 7,
      auditDays: 0,
      minAuditDays: 30,
      maxTrashDays: 36_500,
      maxTrashEntries: 100_000,
      maxTrashBytes: 1_099_511_627_776,
      logLevel: 'silent',
      appRole: 'app',
      readerRole: 'reader',
      poolSize: 200,
      passwordVerifications: 3,
      corsOrigins: ['https://console.example.com', 'http://localhost:3000', 'http://[::1]:8080'],
      tlsCertificateFile: '/etc/tls.crt',
      tlsKeyFile: '/etc/tls.key',
      trustedProxies: ['10.0.0.0/8', '::1', 'fd00::/8'],
      keepAliveMilliseconds: 620_000,
      headersMilliseconds: 1000,
      bodyStallMilliseconds: 600_000,
      bodyMilliseconds: 7_200_000,
      drainMilliseconds: 0,
      metricsPort: 9464,
      metricsHost: '::',
      metricsTenants: 10_000,
      auditFile: resolve('audit.jsonl'),
      auditSyslog: '[2001:db8::1]:6514',
      auditSyslogCaFile: '/ca',
      auditSyslogCertificateFile: '/crt',
      auditSyslogKeyFile: '/key',
      auditWebhookUrl: 'https://logs.example.com/in?token=x',
      auditWebhookKey: WEBHOOK_KEY,
      auditWebhookCaFile: '/ca',
      auditSinkWaitDays: 30,
    });
  });

  it('counts an empty variable as not set, and lets other names be', () => {
    const environment = {
      PORT: '',
      DATABASE_URL: '',
      STRONGROOM_ROOT_KEYS_FILE: '',
      STRONGROOM_NONE: '',
      PATH: '/bin',
    };
    expect(loadConfiguration(environment)).toEqual(loadConfiguration({}));
  });

  it('is frozen, with its list', () => {
    const configuration = loadConfiguration({ STRONGROOM_TRUSTED_PROXIES: '10.0.0.1' });
    expect(Object.isFrozen(configuration)).toBe(true);
    expect(Object.isFrozen(configuration.trustedProxies)).toBe(true);
  });

  it('does not show its secrets when it is printed', () => {
    const configuration = loadConfiguration({
      DATABASE_URL: SERVICE,
      DATABASE_OWNER_URL: OWNER,
      STRONGROOM_ROOT_KEYS: ROOT_KEYS,
      STRONGROOM_ADMIN_PASSWORD: CANARY,
    });
    expect(configuration.adminPassword).toBe(CANARY);
    for (const shown of [
      JSON.stringify({ configuration }),
      inspect({ configuration }),
      String(configuration),
    ]) {
      expect(shown).not.toContain(CANARY);
    }
    expect(JSON.parse(JSON.stringify(configuration))).toMatchObject({ port: 8080, databaseUrl: '[secret]' });
  });

  it.each([
    ['NODE_ENV', 'prod', 'must be development, production or test'],
    ['HOST', 'http://here', 'must be an address or a host name'],
    ['PORT', '65536', 'must be a whole number from 0 to 65535 (0 takes any free port)'],
    ['PORT', '-1', 'must be a whole number from 0 to 65535 (0 takes any free port)'],
    ['PORT', '8080x', 'must be a whole number from 0 to 65535 (0 takes any free port)'],
    ['PORT', '1e3', 'must be a whole number from 0 to 65535 (0 takes any free port)'],
    ['STRONGROOM_ADMIN_USERNAME', '1admin', 'must begin with a letter'],
    ['STRONGROOM_ADMIN_USERNAME', 'a:b', 'must begin with a letter'],
    ['STRONGROOM_ADMIN_USERNAME', 'a'.repeat(257), 'must begin with a letter'],
    ['STRONGROOM_PASSWORD_MIN_LENGTH', '4', 'must be a whole number from 5 to 128'],
    ['STRONGROOM_MAX_VALUE_BYTES', '0', 'must be a whole number from 1 to 16777216'],
    ['STRONGROOM_MAX_VALUE_BYTES', '16777217', 'must be a whole number from 1 to 16777216'],
    ['STRONGROOM_LOG_LEVEL', 'loud', 'must be one of fatal, error, warn, info, debug, trace, silent'],
    ['STRONGROOM_APP_ROLE', 'App', 'must be a lower-case identifier'],
    ['STRONGROOM_READER_ROLE', 'r'.repeat(64), 'must be a lower-case identifier'],
    ['STRONGROOM_DATABASE_POOL_SIZE', '5', 'must be a whole number from 6 to 200'],
    ['STRONGROOM_DATABASE_POOL_SIZE', '201', 'must be a whole number from 6 to 200'],
    ['STRONGROOM_TRUSTED_PROXIES', '10.0.0.1,nginx', 'must be IP addresses or networks'],
    ['STRONGROOM_TRUSTED_PROXIES', '10.0.0.0/33', 'must be IP addresses or networks'],
    ['STRONGROOM_TRUSTED_PROXIES', '0.0.0.0/0', 'must be IP addresses or networks'],
    ['STRONGROOM_CORS_ORIGINS', '*', 'must be origins such as https://console.example.com'],
    ['STRONGROOM_CORS_ORIGINS', 'null', 'must be origins'],
    ['STRONGROOM_CORS_ORIGINS', 'console.example.com', 'must be origins'],
    ['STRONGROOM_CORS_ORIGINS', 'https://console.example.com/', 'without a path or a slash at the end'],
    ['STRONGROOM_CORS_ORIGINS', 'https://console.example.com:443', 'must be origins'],
    ['STRONGROOM_CORS_ORIGINS', 'https://Console.example.com', 'in small letters'],
    ['STRONGROOM_CORS_ORIGINS', 'https://*.example.com', 'must be origins'],
    ['STRONGROOM_CORS_ORIGINS', 'https://u:p@console.example.com', 'must be origins'],
    ['STRONGROOM_CORS_ORIGINS', 'ftp://console.example.com', 'must be origins'],
    ['STRONGROOM_CORS_ORIGINS', 'https://a.example.com;https://b.example.com', 'must be origins'],
    ['STRONGROOM_PASSWORD_VERIFICATIONS', '4', 'must be a whole number from 0 to 3'],
    ['STRONGROOM_KEEP_ALIVE_MS', '0', 'must be a whole number from 1000 to 7200000'],
    ['STRONGROOM_HEADERS_TIMEOUT_MS', '10', 'must be a whole number from 1000 to 600000'],
    ['STRONGROOM_BODY_STALL_MS', '15s', 'must be a whole number from 1000 to 600000'],
    ['STRONGROOM_BODY_TIMEOUT_MS', '7200001', 'must be a whole number from 0 to 7200000'],
    ['STRONGROOM_DRAIN_MS', '300001', 'must be a whole number from 0 to 300000'],
    ['STRONGROOM_AUDIT_SYSLOG', 'tcp://logs.example.com', 'must be a host, or host:port'],
    ['STRONGROOM_AUDIT_SYSLOG', 'logs.example.com:65536', 'must be a host, or host:port'],
    ['STRONGROOM_AUDIT_SYSLOG', '2001:db8::1', 'must be a host, or host:port'],
    ['STRONGROOM_AUDIT_WEBHOOK_URL', `http://logs.example.com/${CANARY}`, 'https only'],
    ['STRONGROOM_AUDIT_WEBHOOK_URL', `https://user:${CANARY}@logs.example.com/`, 'without a user'],
    ['STRONGROOM_AUDIT_WEBHOOK_URL', CANARY, 'must be a URL such as'],
    ['STRONGROOM_AUDIT_WEBHOOK_KEY', CANARY, 'must be 32 to 64 random bytes in base64'],
    ['STRONGROOM_AUDIT_WEBHOOK_KEY', Buffer.alloc(31).toString('base64'), 'must be 32 to 64 random bytes'],
    ['STRONGROOM_AUDIT_SINK_WAIT_DAYS', '0', 'must be a whole number from 1 to 3650'],
  ])('refuses %s=%.20s', (name, text, rule) => {
    expect(refusal({ [name]: text })).toMatch(new RegExp(`^${name} `));
    expect(refusal({ [name]: text })).toContain(rule);
  });

  it.each([
    `mysql://service:${CANARY}@db/strongroom`,
    `postgresql://service:${CANARY}@db`,
    `postgresql://db/${CANARY}`,
    `postgresql://service:${CANARY}@db:port/strongroom`,
    `postgresql://service:${CANARY}%@db/strongroom`,
    `postgresql://service:${CANARY}@db/strongroom?sslmode=${CANARY}`,
    CANARY,
  ])('refuses a URL that PostgreSQL is not reached by, without repeating it (%#)', (url) => {
    const names = 'must be a URL|names no|has a (port|wrong|%)';
    for (const variable of ['DATABASE_URL', 'DATABASE_OWNER_URL'])
      expect(refusal({ DATABASE_URL: SERVICE, [variable]: url, STRONGROOM_ROOT_KEYS: ROOT_KEYS })).toMatch(
        new RegExp(`^${variable} (${names}).*$`),
      );
  });

  it.each([
    'postgres://service@db/strongroom',
    'postgresql://service:p%40ss@[::1]:6432/strongroom?sslmode=verify-full',
    'postgresql://service@localhost/strongroom?host=/var/run/postgresql',
  ])('takes %s', (url) => {
    expect(loadConfiguration({ DATABASE_URL: url, STRONGROOM_ROOT_KEYS: ROOT_KEYS }).databaseUrl).toBe(url);
  });

  it('names an unknown STRONGROOM_ variable and the one that was probably meant', () => {
    expect(refusal({ STRONGROOM_ROOT_KEY: CANARY })).toBe(
      'STRONGROOM_ROOT_KEY is not a variable of Strongroom (did you mean STRONGROOM_ROOT_KEYS?)',
    );
    expect(refusal({ STRONGROOM_DRAIN: '1' })).toContain('did you mean STRONGROOM_DRAIN_MS?');
    expect(refusal({ STRONGROOM_DATA_DIR_FILE: '/x' })).toContain(
      'STRONGROOM_DATA_DIR_FILE is not a variable',
    );
    expect(refusal({ 'STRONGROOM_A\nB': '1' })).toContain('STRONGROOM_A\\u000aB is not a variable');
  });

  it('tells everything that is wrong in one line', () => {
    const message = refusal({
      PORT: 'x',
      STRONGROOM_LOG_LEVEL: 'loud',
      STRONGROOM_ROOT: '1',
      STRONGROOM_ROOT_KEYS_FILE: join(folder, 'none'),
    });
    expect(message.split('; ').map((part) => part.split(/[ :]/)[0])).toEqual([
      'STRONGROOM_ROOT',
      'STRONGROOM_ROOT_KEYS_FILE',
      'PORT',
      'STRONGROOM_LOG_LEVEL',
    ]);
  });

  it('reads each secret from a file, less the newline at its end', () => {
    const configuration = loadConfiguration({
      DATABASE_URL_FILE: file('url', `${SERVICE}\n`),
      DATABASE_OWNER_URL_FILE: file('owner', `${OWNER}\r\n`),
      STRONGROOM_ROOT_KEYS_FILE: file('keys', ROOT_KEYS),
      STRONGROOM_ADMIN_PASSWORD_FILE: file('password', '\ufeffpass word\n'),
    });
    expect(configuration).toMatchObject({
      databaseUrl: SERVICE,
      databaseOwnerUrl: OWNER,
      rootKeys: ROOT_KEYS,
      adminPassword: 'pass word',
    });
  });

  it.each([
    ['DATABASE_URL', `${SERVICE}\n\n`, /has more than one line/],
    ['DATABASE_OWNER_URL', `${OWNER} `, /begins or ends with a blank/],
    ['STRONGROOM_ADMIN_PASSWORD', `${CANARY}\n\n`, /has more than one line/],
    ['STRONGROOM_ADMIN_PASSWORD', `${CANARY} \n`, /begins or ends with a blank/],
    ['STRONGROOM_ADMIN_PASSWORD', `${CANARY}\u001b`, /begins or ends with a blank or an invisible character/],
    ['STRONGROOM_ADMIN_PASSWORD', Buffer.from(`\ufeff${CANARY}\n`, 'utf16le'), /is in UTF-16/],
    ['STRONGROOM_ADMIN_PASSWORD', Buffer.from(`pass\u00e9${CANARY}`, 'latin1'), /is not in UTF-8/],
    ['STRONGROOM_ROOT_KEYS', Buffer.from(`${ROOT_KEYS}\n`, 'utf16le'), /is in UTF-16/],
  ])('refuses a file for %s that holds what nobody can type (%#)', (name, content, problem) => {
    const path = file('untypable', content);
    const told = toldOf({ [`${name}_FILE`]: path });
    expect(told).toMatch(problem);
    expect(told).toContain(`${name}_FILE: ${path} `);
    expect(told).not.toContain(CANARY);
    if (typeof content !== 'string') return;
    expect(toldOf({ [name]: content })).toMatch(problem);
  });

  it('takes root keys on several lines, and drops the line end of a variable', () => {
    const configuration = loadConfiguration({
      STRONGROOM_ROOT_KEYS_FILE: file('lines', `\ufeff${ROOT_KEYS}\r\nsecond:x\r\n\r\n`),
      STRONGROOM_ADMIN_PASSWORD: 'pass word\n',
    });
    expect(configuration.rootKeys?.split(/\s+/)).toEqual([ROOT_KEYS, 'second:x', '']);
    expect(configuration.adminPassword).toBe('pass word');
  });

  it('refuses a secret that is given twice', () => {
    const path = file('twice', CANARY);
    for (const name of ['STRONGROOM_ADMIN_PASSWORD', 'STRONGROOM_ROOT_KEYS'])
      expect(toldOf({ [name]: CANARY, [`${name}_FILE`]: path })).toBe(
        `${name} and ${name}_FILE are both set: give one of them`,
      );
  });

  it('keeps a problem of the first password until one is needed', () => {
    const gone = join(folder, 'gone');
    const configuration = loadConfiguration({ STRONGROOM_ADMIN_PASSWORD_FILE: gone });
    expect(configuration.adminPassword).toBeUndefined();
    expect(configuration.adminPasswordProblem).toBe(
      `STRONGROOM_ADMIN_PASSWORD_FILE: cannot read ${gone} (ENOENT)`,
    );
  });

  it('names the variable and the path of a file that is missing, empty or wrong', () => {
    const [missing, empty] = [join(folder, 'missing'), file('empty', '\n')];
    expect(refusal({ STRONGROOM_ROOT_KEYS_FILE: missing })).toBe(
      `STRONGROOM_ROOT_KEYS_FILE: cannot read ${missing} (ENOENT)`,
    );
    expect(refusal({ STRONGROOM_ROOT_KEYS_FILE: folder })).toContain('(EISDIR)');
    expect(refusal({ STRONGROOM_ROOT_KEYS_FILE: empty })).toBe(
      `STRONGROOM_ROOT_KEYS_FILE: ${empty} is empty`,
    );
    expect(refusal({ DATABASE_URL_FILE: file('wrong', CANARY) })).toContain('DATABASE_URL must be a URL');
  });
});
