import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { CERTIFICATES, SecuredServer } from '../support/secured-server.js';
import { ROOT_KEY } from '../support/strongroom.js';
import { external, PASSWORD } from './external.js';
import { linesOf } from './log-lines.js';
import { service, strongroomAdmin } from './program.js';
import { until } from '../support/until.js';

const WARNER = join(import.meta.dirname, 'warn.mjs');

describe('the standard error of the service holds lines of JSON only', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());

  it('with warnings of Node.js and of libraries', async () => {
    const program = service({ ...external(database), NODE_OPTIONS: `--import=${WARNER}` });
    await program.listening();
    program.signal('SIGUSR2');
    await until(() => program.stderr.includes('old and gone later'));
    const ended = await program.stop();
    const warnings = linesOf(ended).filter(({ warning }) => warning !== undefined);
    for (const moment of ['early', 'later'])
      expect(warnings).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            level: 'warn',
            warning: 'SecurityWarning',
            code: 'LIB001',
            msg: `of a library ${moment} in two lines`,
          }),
          expect.objectContaining({ level: 'warn', warning: 'DeprecationWarning', code: 'DEP9999' }),
        ]),
      );
  });

  it('and a start says what started, and a stop that it is over', async () => {
    const program = service({ ...external(database), STRONGROOM_TRUSTED_PROXIES: '10.0.0.0/8' });
    const url = await program.listening();
    const ended = await program.stop();
    const lines = linesOf(ended);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const programs = { level: 'info', version, node: process.version };
    expect(lines[0]).toMatchObject({ ...programs, msg: 'Strongroom starts' });
    expect(lines.find(({ msg }) => String(msg).startsWith('started: '))).toMatchObject({
      ...programs,
      msg: `started: Strongroom listens on ${url}`,
      mode: 'development',
      database: expect.stringMatching(/^login "test_service", database "test_\w+", at /),
      postgresql: expect.stringMatching(/^\d+\.\d+/),
      newestMigration: expect.stringMatching(/^[A-Z]\w+\d+$/),
      migrationsApplied: 0,
      rootKeyIds: ['test'],
      activeRootKey: 'test',
      pool: 10,
      connections: 14,
      trustedProxies: ['10.0.0.0/8'],
    });
    const last = lines.map(({ msg }) => String(msg)).slice(-2);
    expect(last).toEqual(['not ready: SIGTERM: draining', 'stopped']);
    expect(ended.stderr).not.toContain(ROOT_KEY.split(':')[1]);
  });

  it('with a start that is refused after a warning', async () => {
    const program = service({ DATABASE_URL: 'nonsense', NODE_OPTIONS: `--import=${WARNER}` });
    expect(linesOf(await program.ended).at(-1)).toMatchObject({
      level: 'fatal',
      msg: expect.stringMatching(/^Strongroom cannot start: DATABASE_URL must be a URL/),
    });
  });

  describe('with a database that is reached by TLS and a password', () => {
    let server: SecuredServer;
    beforeAll(async () => {
      server = await SecuredServer.start('server.crt');
      await server.asSuperuser(`CREATE ROLE owner LOGIN CREATEROLE PASSWORD 'a+b c'`);
      await server.asSuperuser(`CREATE ROLE service LOGIN PASSWORD '%+&'`);
      await server.asSuperuser('CREATE DATABASE "room+1" OWNER owner');
    });
    afterAll(() => server.stop());

    it.each(['require', 'verify-full', 'no-verify'])('and sslmode=%s', async (mode) => {
      const tls = `sslmode=${mode}&sslrootcert=${CERTIFICATES}/ca.crt`;
      const environment = {
        DATABASE_URL: server.url('service:%25+%26', 'room+1', tls),
        DATABASE_OWNER_URL: server.url('owner:a+b%20c', 'room+1', tls),
        STRONGROOM_ROOT_KEYS: ROOT_KEY,
        STRONGROOM_ADMIN_PASSWORD: PASSWORD,
      };
      const program = service(environment);
      await program.listening();
      const lines = linesOf(await program.stop());
      const warned = lines.filter(({ msg }) => String(msg).includes('sslmode=no-verify')).length;
      expect(warned).toBe(mode === 'no-verify' ? 2 : 0);
      expect(lines.filter(({ warning }) => warning !== undefined)).toEqual([]);
      expect(await strongroomAdmin(['doctor'], environment)).toMatchObject({ code: 0, stderr: '' });
    });
  });
});
