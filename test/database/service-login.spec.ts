import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { NIL_UUID } from '../../src/common/ids.js';
import { catalogue } from '../support/catalogue.js';
import {
  APP_ROLE,
  OWNER,
  READER_ROLE,
  SERVICE,
  cloneDatabase,
  type TestDatabase,
} from '../support/database.js';
import { plantTwoTenants, type TenantRows } from '../support/two-tenants.js';

/** Tries what an attacker could do who runs statements as the service. */
describe('the service’s login', () => {
  let database: TestDatabase;
  let a: TenantRows;
  let b: TenantRows;
  let schema: string[];
  let client: pg.Client;
  beforeAll(async () => {
    database = await cloneDatabase();
    ({ a, b } = await plantTwoTenants(database));
    schema = await catalogue(database.superuserUrl);
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it.each([
    'ALTER TABLE secrets DISABLE ROW LEVEL SECURITY',
    'ALTER TABLE secrets NO FORCE ROW LEVEL SECURITY',
    'DROP POLICY tenant_rows ON secrets',
    'ALTER POLICY tenant_rows ON secrets USING (true)',
    'CREATE POLICY mine ON secrets USING (true)',
    `SET ROLE ${OWNER}`,
    `SET ROLE ${READER_ROLE}`,
    'SET ROLE postgres',
    'SET SESSION AUTHORIZATION postgres',
    `GRANT ${READER_ROLE} TO ${SERVICE}`,
    `GRANT ${OWNER} TO ${SERVICE}`,
    `ALTER ROLE ${SERVICE} BYPASSRLS`,
    `ALTER ROLE ${SERVICE} SUPERUSER`,
    `ALTER ROLE ${APP_ROLE} BYPASSRLS`,
    'CREATE ROLE mine LOGIN',
    'CREATE TABLE mine (id integer)',
    'CREATE VIEW mine AS SELECT * FROM secrets',
    'CREATE SCHEMA mine',
    `CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
    `CREATE OR REPLACE FUNCTION record_events(audit_entry[]) RETURNS void LANGUAGE sql AS $$ SELECT $$`,
    'ALTER FUNCTION read_secrets RESET search_path',
    `ALTER FUNCTION read_secrets OWNER TO ${SERVICE}`,
    'DROP FUNCTION audit_event_exists',
    'ALTER TABLE audit_events ADD extra text',
    'DROP TABLE audit_events',
    'TRUNCATE secrets',
    'TRUNCATE audit_events',
    `UPDATE audit_events SET body = ''`,
    'DELETE FROM audit_events',
    'SELECT body FROM audit_events',
    'COPY audit_events TO STDOUT',
    'ALTER TABLE secrets DISABLE TRIGGER ALL',
    'SET session_replication_role = replica',
    'CREATE TRIGGER mine BEFORE INSERT ON secrets FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    'CREATE RULE mine AS ON DELETE TO secrets DO INSTEAD NOTHING',
    'DELETE FROM tenants',
    'DELETE FROM tenant_keys',
    'DELETE FROM users',
    'DELETE FROM root_keys',
    'DELETE FROM schema_migrations',
    "INSERT INTO schema_migrations (timestamp, name) VALUES (1, 'Mine1')",
    `UPDATE role_permissions SET permission = 'all_tenants'`,
    'CREATE EXTENSION dblink',
    `COPY secrets TO PROGRAM 'cat'`,
    `SELECT pg_read_file('postgresql.conf')`,
    `SELECT rolpassword FROM pg_authid`,
    'ALTER DATABASE postgres SET search_path = pg_temp',
    `ALTER ROLE ${OWNER} PASSWORD 'x'`,
  ])('may not: %s', async (text) => {
    await client.query('BEGIN');
    try {
      const refusal = await client.query(text).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect((refusal as pg.DatabaseError | undefined)?.code).toBe('42501');
    } finally {
      await client.query('ROLLBACK');
    }
  });

  it('has changed nothing of the schema by all this', async () => {
    expect(await catalogue(database.superuserUrl)).toEqual(schema);
  });

  it('has no right but those that its role needs', async () => {
    // Roles named app_ and 8 digits are those of other tests on the same server, for other databases.
    const [login] = await database.asSuperuser(
      `SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
              (SELECT array_agg(roleid::regrole::text) FROM pg_auth_members
               WHERE member = r.oid AND roleid::regrole::text !~ '^app_[0-9a-f]{8}$') AS roles
       FROM pg_roles r WHERE rolname = $1`,
      [SERVICE],
    );
    expect(login).toEqual({
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      roles: [APP_ROLE],
    });
    const owned = await database.asSuperuser(
      `SELECT relname FROM pg_class WHERE relowner = '${SERVICE}'::regrole`,
    );
    expect(owned).toEqual([]);
  });

  describe('with tables, functions and operators of its own in the way', () => {
    it('cannot make the functions read or write others than the real ones', async () => {
      await client.query('CREATE TEMP TABLE secrets (LIKE public.secrets)');
      await client.query(`CREATE TEMP TABLE audit_events (
           log_id uuid, id uuid, at timestamptz, action text, actor_id uuid, key text, secret_id uuid, revision integer,
           outcome text, body text)`);
      await client.query('CREATE TEMP TABLE users (LIKE public.users)');
      await client.query(
        `CREATE FUNCTION pg_temp.record_events(audit_entry[]) RETURNS void LANGUAGE sql AS $$ SELECT $$`,
      );
      await client.query(
        `CREATE FUNCTION pg_temp.always(uuid, uuid) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$`,
      );
      await client.query(
        'CREATE OPERATOR pg_temp.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = pg_temp.always)',
      );
      await client.query('SET search_path = pg_temp, pg_catalog, public');
      const event = randomUUID();
      const { rows } = await client.query<{ outcome: string; id: string; value: Buffer }>(
        `SELECT outcome, (secret).id, (secret).value
         FROM public.read_secrets($1, $2, $3, $4, $5::json[], $6::json[], $7, $8)`,
        [[b.tenantId], ['shared-key'], [event], ['secret.read'], ['{}'], [null], [NIL_UUID], [false]],
      );
      expect(rows).toEqual([{ outcome: 'ok', id: b.secretId, value: Buffer.from('of b') }]);
      const written = await database.asSuperuser<{ log_id: string; body: string }>(
        'SELECT log_id, body FROM audit_events WHERE id = $1',
        [event],
      );
      expect(written.map(({ log_id }) => log_id)).toEqual([b.tenantId]);
      expect(JSON.parse(written[0]?.body ?? '')).toMatchObject({ action: 'secret.read', outcome: 'ok' });
      expect((await client.query('SELECT * FROM pg_temp.audit_events')).rows).toEqual([]);
      const exists = 'SELECT public.audit_event_exists($1, $2) AS yes';
      expect((await client.query(exists, [a.tenantId, randomUUID()])).rows).toEqual([{ yes: false }]);
      expect((await client.query(exists, [b.tenantId, a.eventId])).rows).toEqual([{ yes: false }]);
    });

    it('sees the rows of no other tenant through them', async () => {
      await client.query('BEGIN');
      await client.query(`SELECT set_config('app.tenant', $1, true)`, [b.tenantId]);
      const { rows } = await client.query<{ id: string }>('SELECT id FROM public.secrets');
      expect(rows).toEqual([{ id: b.secretId }]);
      await client.query(`CREATE FUNCTION pg_temp.peek(uuid) RETURNS boolean LANGUAGE plpgsql COST 0.0001
        AS $$ BEGIN RAISE NOTICE 'peeked %', $1; RETURN true; END $$`);
      const peeked: string[] = [];
      client.on('notice', ({ message = '' }) => peeked.push(message));
      await client.query('SELECT id FROM public.secrets WHERE pg_temp.peek(id)');
      expect(peeked).toEqual([`peeked ${b.secretId}`]);
      await client.query('ROLLBACK');
    });
  });
});
