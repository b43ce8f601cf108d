import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { databaseTls, sslModeOf } from '../../../src/config/database-tls.js';
import { DatabaseUrlError, parseDatabaseUrl } from '../../../src/config/database-url.js';

const CANARY = 'canary-5ac1';
const TLS = 'test/support/tls';

/** Returns what is wrong with a URL. Fails the test if that holds the canary, which stands for a password. */
function problem(url: string): string {
  try {
    databaseTls(parseDatabaseUrl(url));
  } catch (error) {
    expect(error).toBeInstanceOf(DatabaseUrlError);
    const { message } = error as DatabaseUrlError;
    expect(message).not.toContain(CANARY);
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error('the URL was accepted');
}

describe('a URL of PostgreSQL', () => {
  const whole = {
    host: 'h',
    port: 5432,
    user: 'u',
    password: undefined,
    database: 'd',
    parameters: new Map(),
  };

  it.each([
    ['postgres://u@h/d', {}],
    ['postgresql://u@h:6432/d', { port: 6432 }],
    ['  postgresql://u@h/d\n', {}],
    ['postgresql://a+b:c+d@h/e+f', { user: 'a+b', password: 'c+d', database: 'e+f' }],
    ['postgresql://a%2Bb:c%20d@h/e%25f', { user: 'a+b', password: 'c d', database: 'e%f' }],
    ['postgresql://u:p%40%3A%2F%3F%23%26@h/d', { password: 'p@:/?#&' }],
    ['postgresql://u:p?a#s&s=@h/d', { password: 'p?a#s&s=' }],
    ['postgresql://u:pä s@h/d', { password: 'pä s' }],
    ['postgresql://u:%C3%A9@h/d', { password: 'é' }],
    ['postgresql://u@[::1]:6432/d', { host: '::1', port: 6432 }],
    ['postgresql://u@[2001:db8::7]/d', { host: '2001:db8::7' }],
    ['postgresql://u@%2Fvar%2Frun%2Fpostgresql/d', { host: '/var/run/postgresql' }],
    ['postgresql://u:p@/d?host=/tmp&port=5611', { host: '/tmp', port: 5611, password: 'p' }],
    ['postgresql://u@localhost/d?host=/a+b', { host: '/a+b' }],
    ['postgresql:///?host=h&user=u&password=p+q&dbname=d', { password: 'p+q' }],
    ['postgresql://other@h/d?user=u', {}],
    ['postgresql://u@h/d/e', { database: 'd/e' }],
    [
      'postgresql://u@h/d?options=-c%20a=b+c&application_name=x%20y',
      {
        parameters: new Map([
          ['options', '-c a=b+c'],
          ['application_name', 'x y'],
        ]),
      },
    ],
  ])('%j is read as libpq reads it', (url, expected) => {
    expect(parseDatabaseUrl(url)).toEqual({ ...whole, ...expected });
  });

  it.each([
    ['postgresql://u@h1:5432,h2:5432/d', /^names several hosts: give one/],
    ['postgresql://u@h1,h2/d', /^names several hosts/],
    ['postgresql://u@[::1],[::2]/d', /^names several hosts/],
    ['postgresql://u@/d?host=h1,h2', /^names several hosts/],
    ['postgresql://u@/d?host=h&port=1,2', /^names several hosts/],
    [
      `postgresql://u:${CANARY}%E9@h/d`,
      /^has an escape in its password that is not UTF-8: é is written %C3%A9/,
    ],
    [`postgresql://u:${CANARY}%00@h/d`, /^has %00 in its password/],
    ['postgresql://u%00@h/d', /^has %00 in its user/],
    ['postgresql://u@h/d%E9', /^has an escape in its database that/],
    [`postgresql://u:p@a?${CANARY}@h:5432/d`, /^has a parameter whose name is no word: write @/],
    [`postgresql://u:p/s?${CANARY}@h/d`, /^has a parameter whose name is no word: write @/],
    [`postgresql://u:p@s/${CANARY}@h/d`, /^holds an @ behind a \/: it must be a URL/],
    [`postgresql://u:${CANARY}%@h/d`, /^has a % in its password that begins no escape: write .* %25$/],
    [`postgresql://u:${CANARY}%zz@h/d`, /begins no escape/],
    [`postgresql://u:${CANARY}\uFFFD@h/d`, /^is not UTF-8/],
    [`postgresql://u:x@${CANARY}@h/d`, /^holds a second @/],
    [`postgresql://u:x/${CANARY}@h/d`, /^holds an @ behind a \/.* as %2F/],
    [`postgresql://u:${CANARY}/h`, /^has a port that is no number.* as %2F/],
    [`postgresql://u:${CANARY}@h:0/d`, /^has a port/],
    [`postgresql://u:${CANARY}@h:65536/d`, /^has a port/],
    [`postgresql://u:${CANARY}@[::1/d`, /^must be a URL/],
    [`postgresql://u:${CANARY}@/d`, /^names no host: .*\?host=\/var\/run\/postgresql/],
    [`postgresql://h/${CANARY}`, /^names no user/],
    [`postgresql://u:${CANARY}@h`, /^names no database/],
    [`mysql://u:${CANARY}@h/d`, /^must be a URL such as postgresql:/],
    [CANARY, /^must be a URL/],
    [
      'postgresql://u@h/d?statement_timeout=5',
      /^has the parameter statement_timeout, which .*: it takes host, .*sslmode/,
    ],
    ['postgresql://u@h/d?a%0Ab=1', /^has a parameter whose name is no word/],
    ['postgresql://u@h/d?toString=1', /parameter toString, which/],
    ['postgresql://u@h/d?sslmode', /^has the parameter sslmode without a value/],
    [
      `postgresql://u@h/d?sslmode=${CANARY}`,
      /^has a wrong sslmode: it must be disable, no-verify, require, verify-ca or verify-full/,
    ],
    ['postgresql://u@h/d?sslmode=prefer', /^has a wrong sslmode.*without encryption/],
    ['postgresql://u@h/d?ssl=maybe', /^has a wrong ssl: it must be true/],
    ['postgresql://u@h/d?channel_binding=require', /^has a wrong channel_binding/],
    [
      'postgresql://u@h/d?target_session_attrs=standby',
      /^has a wrong target_session_attrs.*the service writes/,
    ],
    ['postgresql://u@h/d?client_encoding=LATIN1', /^has a wrong client_encoding/],
    ...[
      'connect_timeout',
      'keepalives_idle',
      'keepalives_interval',
      'keepalives_count',
      'tcp_user_timeout',
    ].flatMap((name): [string, RegExp][] =>
      [CANARY, '', '5s', '1.5', '1e3', '+5', '2147483648'].map((value) => [
        `postgresql://u@h/d?${name}=${value}`,
        new RegExp(
          `^has a wrong ${name}: it must be a whole number( of (milli)?seconds)?, up to 2147483647$`,
        ),
      ]),
    ),
    ['postgresql://u@h/d?keepalives=on', /^has a wrong keepalives: it must be 0 or 1$/],
  ])('%j is refused in one line that names the cure', (url, message) => {
    expect(problem(url)).toMatch(message);
  });
});

it('takes the numbers of libpq that have no effect', () => {
  const query =
    'connect_timeout=-1&keepalives=0&keepalives_idle=0&keepalives_interval=5&keepalives_count=3&tcp_user_timeout=2147483647';
  expect([...parseDatabaseUrl(`postgresql://u@h/d?${query}`).parameters.values()]).toHaveLength(6);
});

describe('the TLS of a URL', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'strongroom-tls-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const of = (query: string, host = 'h') =>
    databaseTls(parseDatabaseUrl(`postgresql://u@${host}/d?${query}`));

  it.each([
    ['', 'disable'],
    ['sslmode=disable', 'disable'],
    ['ssl=true', 'require'],
    ['sslnegotiation=direct', 'require'],
    ['sslmode=require', 'require'],
    ['sslmode=no-verify', 'no-verify'],
    ['sslrootcert=system', 'verify-full'],
    ['host=/tmp&sslmode=verify-full', 'disable'],
  ])('with %j is %s', (query, mode) => {
    expect(sslModeOf(parseDatabaseUrl(`postgresql://u@h/d?${query}`))).toBe(mode);
  });

  it('verifies the server unless it is told not to', () => {
    expect(of('')).toBe(false);
    const secureContext = expect.anything();
    expect(of('sslmode=require')).toEqual({ rejectUnauthorized: true, secureContext });
    expect(of('sslmode=verify-full&sslrootcert=system')).toEqual({ rejectUnauthorized: true, secureContext });
    expect(of('sslmode=no-verify')).toEqual({ rejectUnauthorized: false, secureContext });
    expect(of(`sslmode=verify-ca&sslrootcert=${TLS}/localhost.crt`)).toMatchObject({
      rejectUnauthorized: true,
      checkServerIdentity: expect.any(Function),
    });
  });

  it('reads files whose names hold a plus', () => {
    const path = join(folder, 'a+b.crt');
    writeFileSync(path, 'none');
    expect(problem(`postgresql://u@h/d?sslrootcert=${path}`)).toContain(
      `sslrootcert (${path}) that holds no certificate`,
    );
  });

  it('has a new context when the files have changed, and warns once of what cannot be used', () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    const place = (certificate: string, ofKey: string): void => {
      copyFileSync(`${TLS}/${certificate}.crt`, cert);
      copyFileSync(`${TLS}/${ofKey}.key`, key);
    };
    place('localhost', 'localhost');
    const options = of(
      `sslrootcert=${TLS}/database/ca.crt&sslcert=${cert}&sslkey=${key}`,
    ) as ConnectionOptions;
    const first = options.secureContext;
    expect(first).toBeDefined();
    expect(options.secureContext).toBe(first);
    place('database/client', 'localhost');
    for (let round = 0; round < 3; round += 1) expect(options.secureContext).toBe(first);
    place('database/client', 'database/client');
    const second = options.secureContext;
    expect(second).not.toBe(first);
    expect(options.secureContext).toBe(second);
    rmSync(key);
    expect(options.secureContext).toBe(second);
    const warnings = warned.mock.calls.map(([warning]) => warning);
    warned.mockRestore();
    expect(warnings).toEqual([
      expect.stringMatching(
        /^TLS to the database: the earlier files stay in use: .*holds no key in PEM for sslcert/,
      ),
      expect.stringMatching(/^TLS to the database: .* names a file by sslkey that cannot be read: .*ENOENT/),
    ]);
  });

  it.each([
    ['sslrootcert=/none/ca.crt', 'names a file by sslrootcert that cannot be read: /none/ca.crt (ENOENT)'],
    [
      'sslcert=/none/c.crt&sslkey=/none/c.key',
      'names a file by sslcert that cannot be read: /none/c.crt (ENOENT)',
    ],
    [
      `sslcert=${TLS}/localhost.crt&sslkey=/none`,
      'names a file by sslkey that cannot be read: /none (ENOENT)',
    ],
    [`sslrootcert=${TLS}`, `names a file by sslrootcert that cannot be read: ${TLS} (EISDIR)`],
    [`sslcert=${TLS}/localhost.crt`, 'needs both sslcert and sslkey, or neither of them'],
    ['sslmode=verify-ca', 'needs sslrootcert with sslmode=verify-ca, or sslmode=verify-full'],
    [
      'sslmode=disable&sslnegotiation=direct',
      'has sslnegotiation=direct with sslmode=disable: give another sslmode',
    ],
    [
      `sslcert=${TLS}/localhost.key&sslkey=${TLS}/localhost.key`,
      `names a file by sslcert (${TLS}/localhost.key) that holds no certificate in PEM`,
    ],
    [
      `sslcert=${TLS}/localhost.crt&sslkey=${TLS}/localhost.crt`,
      `names a file by sslkey (${TLS}/localhost.crt) that holds no key in PEM for sslcert, or needs another sslpassword`,
    ],
  ])('is refused with %s', (query, message) => {
    expect(problem(`postgresql://u@h/d?${query}`)).toBe(message);
  });
});
