import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { clientConfig } from '../../src/database/connection/client-config.js';
import { dataSourceOptions } from '../../src/database/connection/data-source-options.js';
import { poolOf } from '../../src/database/named-query.js';
import { CERTIFICATES, CERTIFIED, SecuredServer } from '../support/secured-server.js';
import { serverVersion } from '../support/server.js';

const ROLE = 'a+b %40@:/?#&é';
const PASSWORD = ' p+q %2B@:/?#&=ü ';
const DATABASE = 'd+e %20@/?#é';

const quoted = (name: string) => `"${name}"`;
const encoded = encodeURIComponent;
/** Escapes only what separates the parts of a URL, so that `+` and the rest stand as they are. */
const sparse = (text: string) => text.replaceAll(/[%@:/?#& ]/g, encodeURIComponent);

describe('a URL whose role, password and database have signs of URLs in them', () => {
  let server: SecuredServer;
  beforeAll(async () => {
    server = await SecuredServer.start('server.crt');
    await server.asSuperuser(`CREATE ROLE ${quoted(ROLE)} LOGIN PASSWORD '${PASSWORD}'`);
    await server.asSuperuser(`CREATE ROLE ${CERTIFIED} LOGIN`);
    await server.asSuperuser(`CREATE DATABASE ${quoted(DATABASE)}`);
  });
  afterAll(() => server.stop());

  async function session(url: string): Promise<Record<string, unknown>> {
    const client = new pg.Client(clientConfig(url));
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(
        `SELECT current_user AS role, current_database() AS database, current_setting('work_mem') AS memory,
                (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls,
                current_setting('application_name') AS name`,
      );
      return rows[0]!;
    } finally {
      await client.end();
    }
  }

  it.each([
    ['escaped throughout', () => server.url(`${encoded(ROLE)}:${encoded(PASSWORD)}`, encoded(DATABASE))],
    ['escaped where it must be', () => server.url(`${sparse(ROLE)}:${sparse(PASSWORD)}`, sparse(DATABASE))],
    [
      'an empty host and the directory of a socket',
      () =>
        `postgresql://${sparse(ROLE)}:${sparse(PASSWORD)}@/${sparse(DATABASE)}?host=${server.socketDirectory}&port=5432`,
    ],
    [
      'everything as a parameter',
      () =>
        `postgres://?host=localhost&port=${server.port}&user=${sparse(ROLE)}&password=${sparse(PASSWORD)}&dbname=${sparse(DATABASE)}`,
    ],
    [
      'the directory of a socket as the host',
      () =>
        `postgres://${sparse(ROLE)}:${sparse(PASSWORD)}@${encoded(server.socketDirectory)}/${sparse(DATABASE)}`,
    ],
  ])('connects with %s', async (_how, url) => {
    expect(await session(url())).toMatchObject({ role: ROLE, database: DATABASE, tls: false });
  });

  it('takes a plus in options and in the application’s name for a plus', async () => {
    const parameters = 'application_name=a+b&options=-c%20work_mem=5MB%20-c%20search_path=a+b';
    const url = server.url(`${sparse(ROLE)}:${sparse(PASSWORD)}`, sparse(DATABASE), parameters);
    expect(await session(url)).toMatchObject({ memory: '5MB', name: 'a+b' });
  });

  it.each(['sslmode=verify-full', 'sslmode=verify-ca', 'sslmode=require', 'ssl=true'])(
    'encrypts with %s and the authority of the server’s certificate',
    async (mode) => {
      const parameters = `${mode}&sslrootcert=${CERTIFICATES}/ca.crt`;
      const url = server.url(`${sparse(ROLE)}:${sparse(PASSWORD)}`, 'postgres', parameters);
      expect(await session(url)).toMatchObject({ role: ROLE, tls: true });
    },
  );

  it('encrypts at once with sslnegotiation=direct, or not at all where the server is too old for that', async () => {
    const parameters = `sslnegotiation=direct&sslrootcert=${CERTIFICATES}/ca.crt`;
    const url = server.url(`${sparse(ROLE)}:${sparse(PASSWORD)}`, 'postgres', parameters);
    const version = await serverVersion((text) => server.asSuperuser(text));
    if (version >= 17) expect(await session(url)).toMatchObject({ role: ROLE, tls: true });
    else await expect(session(url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('needs the right name of the host for verify-full, and not for verify-ca', async () => {
    const url = (mode: string) =>
      server.url(
        `${sparse(ROLE)}:${sparse(PASSWORD)}`,
        'postgres',
        `sslmode=${mode}&sslrootcert=${CERTIFICATES}/ca.crt`,
        '127.0.0.1',
      );
    await expect(session(url('verify-full'))).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(await session(url('verify-ca'))).toMatchObject({ tls: true });
  });

  it('reads the authority again for each connection of a pool', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-tls-'));
    const authority = join(folder, 'ca.crt');
    const place = (name: string) => copyFileSync(join(CERTIFICATES, name), authority);
    place('ca.crt');
    const login = `${sparse(ROLE)}:${sparse(PASSWORD)}`;
    const url = server.url(login, 'postgres', `sslmode=verify-full&sslrootcert=${authority}`);
    const dataSource = new DataSource(dataSourceOptions({ url, poolSize: 1 }));
    try {
      await dataSource.initialize();
      // Each connection serves one statement.
      const ask = async (): Promise<unknown> => {
        const client = await poolOf(dataSource).connect();
        try {
          return (await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).rows;
        } finally {
          client.release(true);
        }
      };
      expect(await ask()).toEqual([{ ssl: true }]);
      place('../localhost.crt');
      await expect(ask()).rejects.toMatchObject({ code: expect.stringMatching(/VERIFY|SELF_SIGNED|ISSUER/) });
      place('ca.crt');
      expect(await ask()).toEqual([{ ssl: true }]);
      writeFileSync(authority, 'nonsense');
      expect(await ask()).toEqual([{ ssl: true }]);
    } finally {
      await dataSource.destroy();
      rmSync(folder, { recursive: true });
    }
  });

  it('logs in with a certificate', async () => {
    const files = `sslrootcert=${CERTIFICATES}/ca.crt&sslcert=${CERTIFICATES}/client.crt&sslkey=${CERTIFICATES}/client.key`;
    expect(await session(server.url(CERTIFIED, 'postgres', files))).toMatchObject({
      role: CERTIFIED,
      tls: true,
    });
  });
});
