import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { SERVICE, cloneDatabase, type TestDatabase } from '../support/database.js';

const BATCH = 500;
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Returns how many rows and index entries of a table the transaction has read so far. */
const READ = `SELECT sum(pg_stat_get_xact_tuples_returned(oid))::integer AS read FROM (
    SELECT 'secret_changes_pending'::regclass::oid AS oid
    UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = 'secret_changes_pending'::regclass
  ) AS relations`;

describe('the sequencer of changes', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await cloneDatabase();
    client = new pg.Client(database.superuserUrl);
    await client.connect();
    await client.query(`SET SESSION AUTHORIZATION ${SERVICE}`);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const plant = (count: number) =>
    database.asSuperuser(
      `INSERT INTO secret_changes_pending (tenant_id, secret_id, key, change, version, revision, visibility, created_by, mark)
       SELECT gen_random_uuid(), gen_random_uuid(), 'k' || n, 'created', 1, 1, 'tenant', gen_random_uuid(), gen_random_uuid()
       FROM generate_series(1, $1::integer) AS n`,
      [count],
    );
  const numberOf = async (call: string, values: unknown[]): Promise<number> =>
    (await client.query<{ n: number }>(call, values)).rows[0]!.n;

  // Statistics of the table while it is empty, though it has pages, make every plan look equally cheap.
  beforeEach(async () => {
    await plant(2_000);
    await database.asSuperuser('DELETE FROM secret_changes_pending');
    await database.asSuperuser('VACUUM (FREEZE) secret_changes_pending');
    await database.asSuperuser('ANALYZE secret_changes_pending');
  });

  it.each([2_000, 20_000])('reads no more than it numbers, of %i pending changes', async (pending) => {
    await plant(pending);
    await client.query('BEGIN');
    const numbered = await numberOf('SELECT sequence_secret_changes($1, true) AS n', [BATCH]);
    await client.query('RESET SESSION AUTHORIZATION');
    const { rows } = await client.query<{ read: number }>(READ);
    await client.query('ROLLBACK');
    expect(numbered).toBe(BATCH);
    expect(rows[0]!.read).toBeGreaterThanOrEqual(BATCH);
    expect(rows[0]!.read).toBeLessThan(5 * BATCH);
  });

  it('tells a reader that there is more than one call can number, and the reader misses nothing', async () => {
    await database.asSuperuser('DELETE FROM secret_changes WHERE position > 0');
    await plant(25_000);
    const [origin] = await database.asSuperuser<{ mark: string }>(
      'SELECT mark FROM secret_changes WHERE position = 0',
    );
    const read = async () => {
      const { rows } = await client.query<{ upto: string; more: boolean }>(
        'SELECT upto, more FROM read_secret_changes($1, $1, false, 0, $2, 500)',
        [NOBODY, origin!.mark],
      );
      return rows[0];
    };
    expect(await read()).toEqual({ upto: '20000', more: true });
    expect(await read()).toEqual({ upto: '25000', more: false });
  });
});
