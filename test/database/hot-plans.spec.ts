import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { SERVICE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { plantTwoTenants, type TenantRows } from '../support/two-tenants.js';

/** Matches scans of secrets and versions. A scan of the heap by a bitmap is that of the index below it. */
const SCANS = /Bitmap Index Scan on ix_secrets\w+|(?<!Bitmap )\b\S+ Scan\b.*? on secret(?:_version)?s\b.*/g;

describe('the functions of the hot path, called by the service', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let a: TenantRows;
  let userId: string;
  const plans: string[] = [];
  beforeAll(async () => {
    database = await cloneDatabase();
    ({ a, userId } = await plantTwoTenants(database));
    // In a small table all indexes have the same cost.
    await database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, visibility, version_created_by, created_by, labels)
       SELECT $1, gen_random_uuid(), v || '-' || n, '', 1, v, $2, $2, jsonb_build_object('n', n::text)
       FROM unnest('{tenant,private,global}'::text[]) v, generate_series(1, 2000) n`,
      [a.tenantId, userId],
    );
    await database.asSuperuser(
      `INSERT INTO secret_versions (tenant_id, secret_id, version, value, key_generation, visibility, is_hidden_value,
         owner_id, created_by, created_at)
       SELECT tenant_id, id, n, '', 1, 'tenant', false, created_by, created_by, now()
       FROM secrets, generate_series(1, 5) n WHERE key LIKE 'tenant-%'`,
    );
    await database.asSuperuser('VACUUM ANALYZE secrets, secret_versions');
    client = new pg.Client(database.superuserUrl);
    client.on('notice', ({ message = '' }) => plans.push(message));
    await client.connect();
    await client.query(`LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0;
      SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = notice;
      SET SESSION AUTHORIZATION ${SERVICE}`);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** Returns every scan of secrets and versions in the plans of a call, with its index. */
  async function scansOf(call: string, values: unknown[]): Promise<string[]> {
    plans.length = 0;
    await client.query(call, values);
    const scans = plans.flatMap((plan) => plan.match(SCANS) ?? []);
    return [
      ...new Set(scans.map((scan) => /(?:using|Bitmap Index Scan on) (\w+)/.exec(scan)?.[1] ?? scan)),
    ].sort();
  }

  const UNIQUE = ['uq_secrets_global_key', 'uq_secrets_key'];
  const LABELS = ['ix_secrets_global_labels', 'ix_secrets_labels', 'ix_secrets_private_labels'];

  it('read by the unique keys of the living', async () => {
    const caller = JSON.stringify({ actor: null });
    const act = [[randomUUID()], ['secret.read'], [caller], [null]];
    const values = [[a.tenantId], ['no-such-key'], ...act, [userId], [false]];
    const read = 'SELECT * FROM read_secrets($1, $2, $3, $4, $5::json[], $6::json[], $7, $8)';
    expect(await scansOf(read, values)).toEqual(UNIQUE);
  });

  it('find by the unique keys of the living', async () => {
    const values = [[a.tenantId], ['no-such-key']];
    expect(await scansOf('SELECT * FROM find_secrets($1, $2)', values)).toEqual(UNIQUE);
  });

  it('read a version by the primary keys', async () => {
    const read = 'SELECT * FROM read_secret_version($1, $2, $3, NULL, $4, false, NULL, NULL, NULL)';
    const scans = await scansOf(read, [a.tenantId, 'tenant-7', 3, userId]);
    expect(scans).toEqual(['pk_secret_versions', 'pk_secrets', ...UNIQUE]);
  });

  it.each([
    ['keys', ['tenant-1', 'no-such-key'], null, null, UNIQUE],
    ['a prefix', null, 'tenant-1', null, ['pk_secrets', ...UNIQUE]],
    ['a label', null, '', '{"env":"prod"}', [...LABELS, 'pk_secrets', ...UNIQUE]],
  ])('select for a bulk read by %s, by index', async (_, keys, prefix, labels, indexes) => {
    const select = 'SELECT * FROM bulk_secret_keys($1, $2, false, $3, $4, $5, $6, 10, 1000)';
    const values = [a.tenantId, userId, keys, prefix, labels, prefix === null ? null : ''];
    expect(await scansOf(select, values)).toEqual(indexes);
  });
});
