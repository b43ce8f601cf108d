import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.js';

export interface TenantRows {
  readonly tenantId: string;
  readonly secretId: string;
  readonly eventId: string;
}

/** Inserts two tenants with a secret `shared-key` and an event each, bypassing the policies. */
export async function plantTwoTenants(
  database: TestDatabase,
): Promise<{ userId: string; a: TenantRows; b: TenantRows }> {
  const userId = randomUUID();
  await database.asSuperuser(
    `INSERT INTO users (id, username, password_hash) VALUES ($1, 'planter', 'no-hash')`,
    [userId],
  );
  await database.asSuperuser(
    `INSERT INTO root_keys (id, check_value, state) VALUES ('r', '\\x00', 'active')`,
  );
  return { userId, a: await plantTenant(database, 'a', userId), b: await plantTenant(database, 'b', userId) };
}

async function plantTenant(database: TestDatabase, name: string, userId: string): Promise<TenantRows> {
  const rows = { tenantId: randomUUID(), secretId: randomUUID(), eventId: randomUUID() };
  const { tenantId, secretId, eventId } = rows;
  await database.asSuperuser('INSERT INTO tenants (id, name) VALUES ($1, $2)', [tenantId, `tenant-${name}`]);
  await database.asSuperuser(
    `INSERT INTO tenant_keys (tenant_id, generation, wrapped, root_key_id) VALUES ($1, 1, '\\x00', 'r')`,
    [tenantId],
  );
  await database.asSuperuser(
    `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
     VALUES ($1, $2, 'shared-key', $3, 1, $4, $4)`,
    [tenantId, secretId, Buffer.from(`of ${name}`), userId],
  );
  await database.asSuperuser(
    `INSERT INTO audit_events (log_id, id, at, action, outcome, body)
     VALUES ($1, $2, now(), 'secret.read', 'ok', 'event')`,
    [tenantId, eventId],
  );
  return rows;
}
