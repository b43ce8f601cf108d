import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../src/config/load-configuration.js';
import { configurationWarnings } from '../../../src/config/unsafe-combinations.js';

const SERVICE = 'postgresql://service:canary@db/strongroom';
const OWNER = 'postgresql://owner:canary@db/strongroom';
const STRONGROOM_ROOT_KEYS = 'first:canary';
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: SERVICE,
  DATABASE_OWNER_URL: OWNER,
  STRONGROOM_ROOT_KEYS,
};

function warningsOf(environment: NodeJS.ProcessEnv): string[] {
  return configurationWarnings(loadConfiguration(environment));
}

describe('unsafe combinations', () => {
  it.each<[string, NodeJS.ProcessEnv, string]>([
    [
      'production on the embedded database',
      { NODE_ENV: 'production', STRONGROOM_ROOT_KEYS },
      'DATABASE_URL must be set in production: the embedded database is for development',
    ],
    [
      'production with a generated root key',
      { ...PRODUCTION, STRONGROOM_ROOT_KEYS: '' },
      'STRONGROOM_ROOT_KEYS must be set in production: a generated root key is refused',
    ],
    [
      'one port for requests and metrics',
      { STRONGROOM_METRICS_PORT: '8080' },
      'STRONGROOM_METRICS_PORT must differ from PORT',
    ],
    [
      'a webhook without its key',
      { STRONGROOM_AUDIT_WEBHOOK_URL: 'https://logs.example.com/canary' },
      'STRONGROOM_AUDIT_WEBHOOK_URL and STRONGROOM_AUDIT_WEBHOOK_KEY must be set together: every post is signed',
    ],
    [
      'an authority of a webhook that there is not',
      { STRONGROOM_AUDIT_WEBHOOK_CA_FILE: '/ca' },
      'STRONGROOM_AUDIT_WEBHOOK_URL must be set with STRONGROOM_AUDIT_WEBHOOK_CA_FILE',
    ],
    [
      'an authority of a syslog server that there is not',
      { STRONGROOM_AUDIT_SYSLOG_CA_FILE: '/ca' },
      'STRONGROOM_AUDIT_SYSLOG must be set with STRONGROOM_AUDIT_SYSLOG_CA_FILE, _CERTIFICATE_FILE and _KEY_FILE',
    ],
    [
      'a certificate for a syslog server without its key',
      { STRONGROOM_AUDIT_SYSLOG: 'logs', STRONGROOM_AUDIT_SYSLOG_CERTIFICATE_FILE: '/crt' },
      'STRONGROOM_AUDIT_SYSLOG_CERTIFICATE_FILE and STRONGROOM_AUDIT_SYSLOG_KEY_FILE must be set together',
    ],
    [
      'fewer days of the trash than a tenant may set',
      { STRONGROOM_TRASH_DAYS: '6', STRONGROOM_MIN_TRASH_DAYS: '7' },
      'STRONGROOM_TRASH_DAYS must be from STRONGROOM_MIN_TRASH_DAYS to STRONGROOM_MAX_TRASH_DAYS',
    ],
    [
      'more days of the trash than a tenant may set',
      { STRONGROOM_MAX_TRASH_DAYS: '29' },
      'STRONGROOM_TRASH_DAYS must be from STRONGROOM_MIN_TRASH_DAYS to STRONGROOM_MAX_TRASH_DAYS',
    ],
    [
      'fewer days of the audit trail than a tenant may have',
      { STRONGROOM_AUDIT_DAYS: '89' },
      'STRONGROOM_AUDIT_DAYS must be at least STRONGROOM_MIN_AUDIT_DAYS, or 0 to keep events for ever',
    ],
    [
      'an owner without a login of the service',
      { DATABASE_OWNER_URL: OWNER, STRONGROOM_ROOT_KEYS },
      'DATABASE_OWNER_URL is set without DATABASE_URL',
    ],
    [
      'a generated root key beside a database elsewhere',
      { DATABASE_URL: SERVICE },
      'STRONGROOM_ROOT_KEYS must be set with DATABASE_URL',
    ],
    [
      'one user in both URLs',
      { ...PRODUCTION, DATABASE_OWNER_URL: 'postgresql://service:other@db:5432/strongroom' },
      'DATABASE_OWNER_URL has the same user as DATABASE_URL',
    ],
    [
      'one user in both URLs, written otherwise',
      { ...PRODUCTION, DATABASE_OWNER_URL: 'postgresql://%73ervice@db/strongroom' },
      'DATABASE_OWNER_URL has the same user as DATABASE_URL',
    ],
    [
      'one user in both URLs, given by a parameter',
      { ...PRODUCTION, DATABASE_OWNER_URL: 'postgresql://owner@db/strongroom?user=service' },
      'DATABASE_OWNER_URL has the same user as DATABASE_URL',
    ],
    [
      'a certificate without its key',
      { STRONGROOM_TLS_CERTIFICATE_FILE: '/tls.crt' },
      'STRONGROOM_TLS_KEY_FILE must be set with STRONGROOM_TLS_CERTIFICATE_FILE',
    ],
    [
      'a key without its certificate',
      { STRONGROOM_TLS_KEY_FILE: '/tls.key' },
      'STRONGROOM_TLS_CERTIFICATE_FILE must be set with STRONGROOM_TLS_KEY_FILE',
    ],
    [
      'one role for both',
      { STRONGROOM_APP_ROLE: 'one', STRONGROOM_READER_ROLE: 'one' },
      'STRONGROOM_READER_ROLE must differ from STRONGROOM_APP_ROLE',
    ],
  ])('refuses %s', (_, environment, line) => {
    const load = (): unknown => loadConfiguration(environment);
    expect(load).toThrow(line);
    expect(load).toThrow(/^[^\n;]*$/);
    expect(load).not.toThrow('canary');
  });

  it('tells both that production lacks', () => {
    expect(() => loadConfiguration({ NODE_ENV: 'production' })).toThrow(
      /^DATABASE_URL must be set .*; STRONGROOM_ROOT_KEYS must be set /,
    );
  });
});

describe('configurationWarnings', () => {
  it('has none for the defaults and for production with two logins, open to its network', () => {
    expect(warningsOf({})).toEqual([]);
    expect(warningsOf({ ...PRODUCTION, HOST: '0.0.0.0' })).toEqual([]);
  });

  it('warns of a server that is not verified, for each URL', () => {
    const unverified = (url = '') => `${url}?sslmode=no-verify`;
    const { DATABASE_URL, DATABASE_OWNER_URL } = PRODUCTION;
    const both = {
      DATABASE_URL: unverified(DATABASE_URL),
      DATABASE_OWNER_URL: unverified(DATABASE_OWNER_URL),
    };
    expect(warningsOf({ ...PRODUCTION, ...both })).toEqual([
      expect.stringMatching(/^DATABASE_URL has sslmode=no-verify: .*sslrootcert/),
      expect.stringMatching(/^DATABASE_OWNER_URL has sslmode=no-verify: /),
    ]);
  });

  it('warns of a development service that other machines reach', () => {
    expect(warningsOf({ HOST: '0.0.0.0' })).toEqual([expect.stringContaining('HOST admits other machines')]);
    for (const HOST of ['localhost', '::1', '127.0.0.2']) expect(warningsOf({ HOST })).toEqual([]);
  });
});
