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
import { linesOf } from './log-lines.js';
import { service, strongroomAdmin, type Program } from './program.js';

const NAMES = {
  owner: 'strongroom_owner',
  service: 'strongroom_service',
  app_role: 'strongroom_app',
  reader_role: 'strongroom_reader',
};

/** Returns the script as psql runs it: without psql's commands and with its variables replaced. */
function script(variables: Record<string, string>): string {
  const values: Record<string, string> = { ...NAMES, ...variables };
  return readFileSync('deploy/postgres-init.sql', 'utf8')
    .replaceAll(/^\\.*$/gm, '')
    .replaceAll(
      /:(['"])(\w+)\1/g,
      (_, quote: string, name: string) => `${quote}${values[name] ?? ''}${quote}`,
    );
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
    expect(program.stdout).toBe('');
    expect(linesOf(program).map(({ msg }) => msg)).toContainEqual(expect.stringContaining('listens on http'));
    expect(await strongroomAdmin(['doctor'], environment)).toMatchObject({
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

  it('may be run again, without passwords, and gives back what a restore left to a superuser', async () => {
    await program?.stop();
    await asSuperuser(
      'ALTER TABLE secrets OWNER TO postgres; ALTER FUNCTION find_identities OWNER TO postgres',
    );
    const line =
      /cannot start: The database is damaged: find_identities, secrets belong to postgres.*postgres-init\.sql/;
    expect((await service(environment).ended).stderr).toMatch(line);
    await asSuperuser(script({}));
    program = service(environment);
    const api = new Api(await program.listening(), PASSWORD);
    expect(await api.value('first')).toBe('x');
    expect((await strongroomAdmin(['doctor'], environment)).code).toBe(0);
  });

  it('asks for a password that a new login needs', async () => {
    const other = { owner: 'other_owner', owner_password: '' };
    await expect(asSuperuser(script(other))).rejects.toThrow(
      'Give the password of the owner by -v owner_password=',
    );
    expect(await asSuperuser(`SELECT to_regrole('other_owner') AS role`)).toEqual([{ role: null }]);
  });

  it('works for the administrator of a managed server, who is no superuser', async () => {
    await asSuperuser('CREATE ROLE cloud_admin LOGIN CREATEROLE CREATEDB');
    await query(server.url('cloud_admin', 'postgres'), 'CREATE DATABASE managed');
    const names = { owner: 'm_owner', service: 'm_service', app_role: 'm_app', reader_role: 'm_reader' };
    const asAdministrator = (text: string) => query(server.url('cloud_admin', 'managed'), text);
    await asAdministrator(
      script({ ...names, owner_password: 'of-the-owner', service_password: 'of-the-service' }),
    );
    const managed = {
      ...environment,
      DATABASE_URL: server.url('m_service', 'managed'),
      DATABASE_OWNER_URL: server.url('m_owner', 'managed'),
      STRONGROOM_APP_ROLE: 'm_app',
      STRONGROOM_READER_ROLE: 'm_reader',
    };
    const started = service(managed);
    const api = new Api(await started.listening(), PASSWORD);
    expect((await api.call('PUT', 'first', 'x')).status).toBe(200);
    await started.stop();
    // As after a restore by the administrator with --no-owner.
    await query(
      server.url('postgres', 'managed'),
      'ALTER TABLE secrets OWNER TO cloud_admin; ALTER TYPE audit_entry OWNER TO cloud_admin',
    );
    expect((await strongroomAdmin(['doctor'], managed)).stdout).toMatch(
      /^FAILED +roles: audit_entry, secrets belong to cloud_admin/m,
    );
    await asAdministrator(script(names));
    expect(await strongroomAdmin(['doctor'], managed)).toMatchObject({
      code: 0,
      stdout: expect.not.stringContaining('warning'),
    });
    const [rights] = await query(
      server.url('postgres', 'managed'),
      `SELECT pg_has_role('cloud_admin', 'm_owner', 'USAGE') AS kept`,
    );
    expect(rights).toEqual({ kept: false });
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
