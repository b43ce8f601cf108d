import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { SERVICE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { plantTwoTenants } from '../support/two-tenants.js';

const BYTES = 1_000;

describe('the keys that fit into one answer', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let own: string;
  let foreign: string;
  const users = new Map<string, string>();
  beforeAll(async () => {
    database = await cloneDatabase();
    const planted = await plantTwoTenants(database);
    [own, foreign] = [planted.a.tenantId, planted.b.tenantId];
    for (const [name, role] of [
      ['creator', 'default'],
      ['other', 'default'],
      ['administrator', 'sys_admin'],
    ] as const) {
      users.set(name, randomUUID());
      await database.asSuperuser(
        'INSERT INTO users (id, username, password_hash, system_role) VALUES ($1, $2, $3, $4)',
        [users.get(name), name, 'no-hash', role],
      );
    }
    client = new pg.Client(database.superuserUrl);
    await client.connect();
    await client.query(`SET SESSION AUTHORIZATION ${SERVICE}`);
    await plant('small', own, { bytes: 1 });
    await plant('open', own, {});
    await plant('hidden', own, { hidden: true });
    await plant('private', own, { visibility: 'private' });
    await plant('expired', own, { expires: '-1 second' });
    await plant('options', own, { bytes: 1, options: true });
    await plant('global', foreign, { visibility: 'global' });
    await plant('global-hidden', foreign, { visibility: 'global', hidden: true });
    await plant('global-options', foreign, { visibility: 'global', bytes: 1, options: true });
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  interface Planted {
    readonly bytes?: number;
    readonly hidden?: boolean;
    readonly visibility?: string;
    readonly expires?: string;
    readonly options?: boolean;
  }

  const plant = (
    key: string,
    tenantId: string,
    { bytes = BYTES, hidden = false, visibility = 'tenant', expires, options = false }: Planted,
  ) =>
    database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, visibility, is_hidden_value, version_created_by,
         created_by, expires_at, provider_options, provider_options_generation)
       VALUES ($1, gen_random_uuid(), $2, convert_to(repeat('x', $3), 'UTF8'), 1, $4, $5, $6, $6, now() + $7::interval,
         CASE WHEN $8 THEN convert_to(repeat('x', ${BYTES}), 'UTF8') END, CASE WHEN $8 THEN 1 END)`,
      [tenantId, key, bytes, visibility, hidden, users.get('creator'), expires, options],
    );

  /** Tells which of the keys do not fit after a small secret into half of their size. */
  async function counted(user: string): Promise<string[]> {
    const found: string[] = [];
    const keys = [
      'open',
      'hidden',
      'private',
      'expired',
      'options',
      'global',
      'global-hidden',
      'global-options',
    ];
    for (const key of keys) {
      const { rows } = await client.query<{ fits: boolean }>(
        `SELECT fits FROM bulk_secret_keys($1, $2, $3, $4, NULL, NULL, NULL, 10, ${BYTES / 2}) ORDER BY place`,
        [own, users.get(user), user === 'administrator', ['small', key]],
      );
      expect(rows[0]?.fits).toBe(true);
      if (rows[1]?.fits === false) found.push(key);
    }
    return found;
  }

  /** Tells which of the keys are given with more bytes than half of their size by the function that reads them. */
  async function given(user: string): Promise<string[]> {
    const { rows } = await client.query<{ key: string }>(
      `SELECT (r.secret).key FROM read_secrets(
         array_fill($1::uuid, ARRAY[8]),
         '{open,hidden,private,expired,options,global,global-hidden,global-options}',
         ARRAY(SELECT new_event_id() FROM generate_series(1, 8)), array_fill('secret.read'::text, ARRAY[8]),
         array_fill('{}'::json, ARRAY[8]), array_fill(NULL::json, ARRAY[8]), array_fill($2::uuid, ARRAY[8]),
         array_fill($3::boolean, ARRAY[8])
       ) AS r
       WHERE coalesce(octet_length((r.secret).value), 0) + coalesce(octet_length((r.secret).provider_options), 0) > ${BYTES / 2}
       ORDER BY r.ordinal`,
      [own, users.get(user), user === 'administrator'],
    );
    return rows.map(({ key }) => key);
  }

  it.each([
    ['other', ['open', 'global']],
    ['creator', ['open', 'hidden', 'private', 'options', 'global', 'global-hidden', 'global-options']],
    ['administrator', ['open', 'hidden', 'private', 'options', 'global', 'global-hidden', 'global-options']],
  ])(
    'count for the %s what is given, so that their number tells nothing of what is hidden',
    async (user, keys) => {
      expect([await counted(user), await given(user)]).toEqual([keys, keys]);
    },
  );
});
