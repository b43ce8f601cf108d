import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { cloneDatabase, SERVICE, type TestDatabase } from '../support/database.js';
import { plantTwoTenants, type TenantRows } from '../support/two-tenants.js';

const FIND = 'UPDATE secrets SET description = description WHERE tenant_id = $1 AND id = $2';

describe('a new database', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let a: TenantRows;
  beforeAll(async () => {
    database = await cloneDatabase();
    ({ a } = await plantTwoTenants(database));
    await database.asSuperuser('ALTER TABLE secrets SET (autovacuum_enabled = false)');
    client = new pg.Client(database.url);
    await client.connect();
    await client.query(`SELECT set_config('app.tenant', $1, false)`, [a.tenantId]);
    await client.query('SET plan_cache_mode = force_generic_plan');
    await client.query(`PREPARE find (uuid, uuid) AS ${FIND}`);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const plant = (count: number) =>
    database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
       SELECT tenant_id, gen_random_uuid(), 'k' || $2 || n, '', 1, created_by, created_by
       FROM secrets, generate_series(1, $3) n WHERE tenant_id = $1 AND id = $4`,
      [a.tenantId, randomUUID(), count, a.secretId],
    );
  const refresh = async () => {
    const { rows } = await client.query<{ done: boolean }>('SELECT refresh_secret_statistics() AS done');
    return rows[0]?.done;
  };
  const plan = async () => {
    const { rows } = await client.query<Record<string, string>>(
      `EXPLAIN EXECUTE find ('${a.tenantId}', '${a.secretId}')`,
    );
    return rows.flatMap((row) => Object.values(row)).join('\n');
  };

  it('has no statistics, and finds a secret by reading its tenant, until they are refreshed', async () => {
    await plant(5_000);
    expect(await plan()).not.toContain('pk_secrets');
    expect(await refresh()).toBe(true);
    expect(await plan()).toContain('Index Scan using pk_secrets');
  });

  it('is analyzed again when it has grown fourfold, and not before', async () => {
    expect(await refresh()).toBe(false);
    await plant(2_000);
    expect(await refresh()).toBe(false);
    await plant(16_000);
    expect(await refresh()).toBe(true);
    expect(await refresh()).toBe(false);
  });

  it('is left to another session that analyzes it, without waiting', async () => {
    await database.asSuperuser(`UPDATE pg_class SET reltuples = -1 WHERE relname = 'secrets'`);
    const other = new pg.Client(database.ownerUrl);
    await other.connect();
    await other.query('BEGIN; LOCK TABLE secrets IN SHARE UPDATE EXCLUSIVE MODE');
    expect(await refresh()).toBe(false);
    await other.query('COMMIT');
    await other.end();
    expect(await refresh()).toBe(true);
  });

  it(`lets ${SERVICE} analyze nothing by itself`, async () => {
    const notices: string[] = [];
    client.on('notice', ({ message = '' }) => notices.push(message));
    await client.query('ANALYZE secrets');
    expect(notices).toEqual([expect.stringMatching(/permission denied|skipping/)]);
  });
});
