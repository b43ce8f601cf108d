import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { plantTwoTenants, type TenantRows } from '../support/two-tenants.js';

describe('a secret in the trash', () => {
  let database: TestDatabase;
  let service: pg.Client;
  let a: TenantRows;
  let b: TenantRows;
  let userId: string;
  beforeAll(async () => {
    database = await cloneDatabase();
    ({ a, b, userId } = await plantTwoTenants(database));
    await database.asSuperuser(
      `UPDATE secrets SET deleted_at = now(), visibility = 'global', labels = '{"a": "b"}' WHERE tenant_id = $1`,
      [a.tenantId],
    );
    service = new pg.Client(database.url);
    await service.connect();
    await service.query(`SELECT set_config('app.tenant', $1, false)`, [a.tenantId]);
  });
  afterAll(async () => {
    await service.end();
    await database.drop();
  });

  const rows = async (text: string, values: unknown[] = []) =>
    (await service.query<Record<string, unknown>>(text, values)).rows;

  it('is not there for statements of the service, whichever policy lets them see it', async () => {
    await service.query(`SELECT set_config('app.tenants', $1, false)`, [a.tenantId]);
    expect(await rows('SELECT FROM secrets')).toEqual([]);
    expect((await service.query(`UPDATE secrets SET revision = 9`)).rowCount).toBe(0);
    expect((await service.query('DELETE FROM secrets')).rowCount).toBe(0);
    await service.query(`SELECT set_config('app.tenants', '', false)`);
  });

  it('cannot be made by a program that knows no trash', async () => {
    const values = [b.tenantId, randomUUID(), userId];
    await service.query('BEGIN');
    await service.query(`SELECT set_config('app.tenant', $1, true)`, [b.tenantId]);
    await service.query(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
       VALUES ($1, $2, 'kept', '', 1, $3, $3)`,
      values,
    );
    const moved = service.query(`UPDATE secrets SET deleted_at = now() WHERE key = 'kept'`);
    await expect(moved).rejects.toThrow('violates row-level security policy "living"');
    await service.query('ROLLBACK');
  });

  it('is not there for the functions', async () => {
    const caller = JSON.stringify({ actor: null });
    const act = [[randomUUID()], ['secret.read'], [caller], [null]];
    const asked = [[a.tenantId], ['shared-key'], ...act, [userId], [true]];
    const read = 'SELECT outcome FROM read_secrets($1, $2, $3, $4, $5::json[], $6::json[], $7, $8)';
    expect(await rows(read, asked)).toEqual([{ outcome: 'not_found' }]);
    const find = 'SELECT (secret).id, is_foreign FROM find_secrets($1, $2)';
    expect(await rows(find, [[a.tenantId], ['shared-key']])).toEqual([{ id: null, is_foreign: false }]);
    const search = 'SELECT ids FROM search_secret_keys($1, $2, $3, $4, 10, $5)';
    expect(await rows(search, [[a.tenantId], [true], userId, '%shared%', false])).toEqual([{ ids: [] }]);
    expect(await rows(search, [[b.tenantId], [true], userId, '%shared%', true])).toEqual([{ ids: [] }]);
    const labels = `SELECT ids FROM search_secret_labels($1, $2, $3, '{"{}"}', '{}', 10, $4)`;
    expect(await rows(labels, [[a.tenantId], [true], userId, false])).toEqual([{ ids: [] }]);
    expect(await rows(labels, [[b.tenantId], [true], userId, true])).toEqual([{ ids: [] }]);
    const claim = 'SELECT secret_key_claim($1, $2, false, true) AS outcome';
    expect(await rows(claim, [b.tenantId, 'shared-key'])).toEqual([{ outcome: 'ok' }]);
    const elsewhere = 'SELECT secret_key_elsewhere($1, $2) AS is';
    expect(await rows(elsewhere, [b.tenantId, 'shared-key'])).toEqual([{ is: false }]);
  });

  it('leaves its key free', async () => {
    await service.query('BEGIN');
    await service.query(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, visibility, version_created_by, created_by)
       VALUES ($1, $2, 'shared-key', '', 1, 'global', $3, $3)`,
      [a.tenantId, randomUUID(), userId],
    );
    await service.query('ROLLBACK');
  });
});
