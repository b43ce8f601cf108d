import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { ROOT_KEY } from '../support/strongroom.js';
import { query } from '../support/server.js';
import { Api } from './api.js';
import { DataFolder } from './data-folder.js';
import { PASSWORD } from './external.js';
import { service, strongroom, type Program } from './program.js';

/** Returns the script as psql runs it: without psql's commands and with its variables replaced. */
function script(passwords: Record<string, string>): string {
  return readFileSync('deploy/postgres-init.sql', 'utf8')
    .replaceAll(/^\\.*$/gm, '')
    .replaceAll(/:'(\w+)'/g, (_, name: string) => `'${passwords[name] ?? ''}'`);
}

describe('deploy/postgres-init.sql', () => {
  const folder = new DataFolder();
  let server: EmbeddedPostgres;
  let program: Program | undefined;
  let environment: NodeJS.ProcessEnv;
  const asSuperuser = <R extends object>(text: string) =>
    query<R>(server.url('postgres', 'strongroom'), text);
  beforeAll(async () => {
    server = await startEmbeddedPostgres({ dataDir: folder.path });
    await query(server.url('postgres', 'postgres'), 'CREATE DATABASE strongroom');
    await asSuperuser(script({ owner_password: 'of-the-owner', service_password: 'of-the-service' }));
    environment = {
      NODE_ENV: 'production',
      DATABASE_URL: server.url('strongroom_service', 'strongroom'),
      DATABASE_OWNER_URL: server.url('strongroom_owner', 'strongroom'),
      STRONGROOM_ROOT_KEYS: ROOT_KEY,
      STRONGROOM_ADMIN_PASSWORD: PASSWORD,
    };
  });
  afterAll(async () => {
    await program?.stop();
    await server.stop();
    folder.remove();
  });

  it('is all that a service in production needs', async () => {
    program = service(environment);
    const api = new Api(await program.listening(), PASSWORD);
    expect((await api.call('PUT', 'first', 'x')).status).toBe(200);
    expect(await api.value('first')).toBe('x');
    expect(await strongroom(['doctor'], environment)).toMatchObject({
      code: 0,
      stdout: expect.not.stringContaining('warning'),
    });
  });

  it('is refused where the database may lose what it acknowledged', async () => {
    await asSuperuser('ALTER ROLE strongroom_service SET synchronous_commit = off');
    const { code, stderr } = await service(environment).ended;
    await asSuperuser('ALTER ROLE strongroom_service RESET synchronous_commit');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/cannot start: DATABASE_URL: synchronous_commit is off/),
    ]);
  });

  it('makes logins with passwords and with no right that they do not need', async () => {
    const logins =
      await asSuperuser(`SELECT rolname, rolpassword ^@ 'SCRAM-SHA-256$' AS password, rolsuper, rolcreaterole,
      rolcreatedb, rolbypassrls FROM pg_authid WHERE rolname ^@ 'strongroom_' AND rolcanlogin ORDER BY 1`);
    const none = { rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolbypassrls: false };
    expect(logins).toEqual([
      { rolname: 'strongroom_owner', password: true, ...none },
      { rolname: 'strongroom_service', password: true, ...none },
    ]);
  });
});
