import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../src/common/startup-error.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { CERTIFICATES, SecuredServer } from '../support/secured-server.js';

const PASSWORD = 'pass-word-x9';
const AUTHORITY = `sslmode=verify-full&sslrootcert=${CERTIFICATES}/ca.crt`;

/** Returns the one line that a start on this URL ends with. */
async function told(url: string): Promise<string> {
  const options = { url, poolSize: 1, appRole: 'nobody', single: false, variable: 'THE_VARIABLE' };
  const error = await openServiceDataSource(options).then(
    (dataSource) => dataSource.destroy().then(() => undefined),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  const { message } = error as StartupError;
  expect(message).toMatch(/^THE_VARIABLE: [^\n]+$/);
  expect(message).not.toContain(PASSWORD);
  return message;
}

describe('a connection that real servers refuse', () => {
  let plain: SecuredServer;
  let encrypted: SecuredServer;
  let expired: SecuredServer;
  beforeAll(async () => {
    plain = await SecuredServer.start();
    encrypted = await SecuredServer.start('server.crt');
    expired = await SecuredServer.start('expired.crt');
    await plain.asSuperuser(`CREATE ROLE someone LOGIN PASSWORD '${PASSWORD}'`);
    await plain.asSuperuser('CREATE ROLE nologin NOLOGIN');
    await plain.asSuperuser(`ALTER ROLE nologin PASSWORD '${PASSWORD}'`);
    await plain.asSuperuser(`CREATE ROLE limited LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT 0`);
    await plain.asSuperuser('CREATE DATABASE closed');
    await plain.asSuperuser('REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
    await plain.asSuperuser('CREATE DATABASE refused');
  });
  afterAll(() => Promise.all([plain, encrypted, expired].map((server) => server.stop())));

  const someone = `someone:${PASSWORD}`;

  it.each([
    [
      'a wrong password',
      () => plain.url('someone:wrong', 'postgres'),
      /refuses the password of the login.*28P01\)$/,
    ],
    ['no password', () => plain.url('someone', 'postgres'), /asks for a password, and the URL holds none/],
    [
      'an unknown login',
      () => plain.url(`nobody:${PASSWORD}`, 'postgres'),
      /refuses the password|does not admit/,
    ],
    [
      'a login that may not log in',
      () => plain.url(`nologin:${PASSWORD}`, 'postgres'),
      /does not admit the login.*28000/,
    ],
    [
      'a database that pg_hba.conf closes',
      () => plain.url(someone, 'refused'),
      /does not admit the login.*pg_hba/,
    ],
    [
      'no such database',
      () => plain.url(someone, 'none'),
      /the database does not exist.*database "none".*3D000/,
    ],
    [
      'a database without CONNECT',
      () => plain.url(someone, 'closed'),
      /lacks a right \(permission denied .*'closed'\): .*CONNECT.*42501/,
    ],
    [
      'a login with all its connections',
      () => plain.url(`limited:${PASSWORD}`, 'postgres'),
      /all connections .*53300/,
    ],
    [
      'an unknown setting in options',
      () => plain.url(someone, 'postgres', 'options=-c%20no_such_setting=1'),
      /does not know a setting.*42704/,
    ],
    [
      'a wrong value in options',
      () => plain.url(someone, 'postgres', 'options=-c%20work_mem=much'),
      /refuses the value of a setting.*22023/,
    ],
    [
      'a blank written as a plus',
      () => plain.url(someone, 'postgres', 'options=-c+work_mem=5MB'),
      /a plus is a plus/,
    ],
    ['no TLS', () => plain.url(someone, 'postgres', 'sslmode=require'), /the server offers no TLS: /],
    [
      'an authority that is not trusted',
      () => encrypted.url(someone, 'postgres', 'sslmode=require'),
      /does not trust: .*sslrootcert=<file>.*NODE_EXTRA_CA_CERTS/,
    ],
    [
      'another host name',
      () => encrypted.url(someone, 'postgres', AUTHORITY, '127.0.0.1'),
      /another host name: .*sslmode=verify-ca.*ERR_TLS_CERT_ALTNAME_INVALID/,
    ],
    [
      'an expired certificate',
      () => expired.url(someone, 'postgres', AUTHORITY),
      /has expired: renew it.*CERT_HAS_EXPIRED/,
    ],
    [
      'nothing there',
      () => `postgresql://${someone}@127.0.0.1:1/x`,
      /nothing listens .* at 127\.0\.0\.1:1, ECONNREFUSED/,
    ],
    ['no socket', () => `postgresql://${someone}@/x?host=/none`, /holds no socket .*ENOENT/],
    ['an unknown host', () => `postgresql://${someone}@no-such-host.invalid/x`, /unknown|name server/],
  ])('is told: %s', async (_what, url, message) => {
    expect(await told(url())).toMatch(message);
  });

  it('is told: something else than PostgreSQL', async () => {
    const other = createServer((socket) =>
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const url = `postgresql://${someone}@127.0.0.1:${port}/x`;
      expect(await told(url)).toMatch(/something else answers|cannot connect to PostgreSQL/);
      expect(await told(`${url}?sslmode=require`)).toMatch(/question for TLS/);
    } finally {
      other.close();
    }
  });

  it('names the login and the variable of a migration', async () => {
    const roles = { appRole: 'app', readerRole: 'reader' };
    const asked = migrate({
      ...roles,
      ownerUrl: plain.url('someone:wrong', 'postgres'),
      ownerVariable: 'DATABASE_URL',
    });
    await expect(asked).rejects.toThrow(
      /^DATABASE_URL: the server refuses the password .*\(login "someone", database "postgres"/,
    );
  });
});
