import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { plantTwoTenants } from '../support/two-tenants.js';

const TENANTS = 50;
const SECRETS_EACH = 400;

describe('the look for what a user owns', () => {
  let database: TestDatabase;
  const idle = randomUUID();
  const owner = randomUUID();
  beforeAll(async () => {
    database = await cloneDatabase();
    const { userId } = await plantTwoTenants(database);
    await database.asSuperuser(
      "INSERT INTO users (id, username, password_hash) VALUES ($1, 'idle', '-'), ($2, 'owner', '-')",
      [idle, owner],
    );
    await database.asSuperuser(
      `WITH t AS (INSERT INTO tenants (id, name) SELECT gen_random_uuid(), 't' || n FROM generate_series(1, ${TENANTS}) n
                  RETURNING id),
            k AS (INSERT INTO tenant_keys (tenant_id, generation, wrapped, root_key_id) SELECT id, 1, '', 'r' FROM t)
       INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
       SELECT t.id, gen_random_uuid(), 'k' || n, '', 1, $1, $1 FROM t, generate_series(1, ${SECRETS_EACH}) n`,
      [userId],
    );
    await database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
       SELECT id, gen_random_uuid(), 'owned', '', 1, $1, $1 FROM tenants WHERE name = 't7'`,
      [owner],
    );
    await database.asSuperuser('VACUUM ANALYZE secrets');
  });
  afterAll(() => database.drop());

  const owns = async (user: string) => {
    const [row] = await database.asSuperuser<{ owns: boolean }>('SELECT user_owns_secrets($1) AS owns', [
      user,
    ]);
    return row?.owns;
  };
  const counters = async () => {
    const [row] = await database.asSuperuser(
      `SELECT t.seq_tup_read::integer AS scanned, i.idx_scan::integer AS looks
       FROM pg_stat_user_tables t JOIN pg_stat_user_indexes i USING (relid)
       WHERE t.relname = 'secrets' AND i.indexrelname = 'ix_secrets_created_by'`,
    );
    return row as { scanned: number; looks: number };
  };

  it('finds a secret in whatever tenant', async () => {
    expect([await owns(idle), await owns(owner), await owns(randomUUID())]).toEqual([false, true, false]);
  });

  it('reads no table of secrets through, however many there are', async () => {
    const before = await counters();
    expect(await owns(idle)).toBe(false);
    const after = await counters();
    expect(after.scanned).toBe(before.scanned);
    // The two existing tenants also have an index entry to look up.
    expect(after.looks - before.looks).toBe(TENANTS + 2);
  });
});
