import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type pg from 'pg';
import { newId } from '../src/common/ids.js';
import { sealEnvelope } from '../src/crypto/envelope.js';
import { PasswordHasher } from '../src/crypto/password-hasher.js';
import type { RootKeys } from '../src/crypto/root-keys.js';
import { newTokenValue, shownToken, tokenHash } from '../src/users/tokens/token-value.js';

/** Describes a user in a tenant of its own, and the headers that such a caller sends. */
export interface Caller {
  readonly basic: Readonly<Record<string, string>>;
  readonly token: Readonly<Record<string, string>>;
}

export const SMALL_BYTES = 100;
export const LARGE_BYTES = 4_096;

/** Makes one value in this many large. */
const LARGE_EVERY = 10;
const ROWS_AT_ONCE = 5_000;
const PASSWORD = 'a password of the benchmark';

/** Returns the key of a tenant's secret. */
export function keyOf(index: number): string {
  return `service.${index}.password`;
}

export function isLarge(index: number): boolean {
  return index % LARGE_EVERY === LARGE_EVERY - 1;
}

/**
 * Inserts tenants, a user with a token in each, and secrets whose values are sealed as by the service.
 * @param secretsOfTenants the number of secrets of each tenant
 * @returns the users, in the order of the tenants
 */
export async function seed(
  client: pg.Client,
  rootKeys: RootKeys,
  secretsOfTenants: readonly number[],
): Promise<readonly Caller[]> {
  const callers: Caller[] = [];
  const hash = await new PasswordHasher().hash(PASSWORD);
  for (const [index, secretsOfTenant] of secretsOfTenants.entries()) {
    const number = index + 1;
    const name = `tenant-${number}`;
    const tenantId = newId();
    const userId = newId();
    const key = await plantTenant(client, rootKeys, tenantId, name);
    callers.push(await plantUser(client, userId, tenantId, { name, username: `user-${number}`, hash }));
    for (let from = 0; from < secretsOfTenant; from += ROWS_AT_ONCE)
      await plantSecrets(client, key, {
        tenantId,
        userId,
        from,
        to: Math.min(from + ROWS_AT_ONCE, secretsOfTenant),
      });
  }
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
  return callers;
}

async function plantTenant(
  client: pg.Client,
  rootKeys: RootKeys,
  tenantId: string,
  name: string,
): Promise<KeyObject> {
  const key = createSecretKey(randomBytes(32));
  const [rootKeyId = ''] = rootKeys.ids;
  const wrapped = rootKeys.wrap(rootKeyId, tenantId, 1, key);
  await client.query('INSERT INTO tenants (id, name) VALUES ($1, $2)', [tenantId, name]);
  await client.query(
    'INSERT INTO tenant_keys (tenant_id, generation, wrapped, root_key_id) VALUES ($1, 1, $2, $3)',
    [tenantId, wrapped, rootKeyId],
  );
  return key;
}

async function plantUser(
  client: pg.Client,
  userId: string,
  tenantId: string,
  { name, username, hash }: { name: string; username: string; hash: string },
): Promise<Caller> {
  const token = newTokenValue();
  await client.query('INSERT INTO users (id, username, password_hash) VALUES ($1, $2, $3)', [
    userId,
    username,
    hash,
  ]);
  await client.query(`INSERT INTO tenant_users (tenant_id, user_id, role) VALUES ($1, $2, 'user')`, [
    tenantId,
    userId,
  ]);
  await client.query('INSERT INTO tokens (id, user_id, secret_hash) VALUES ($1, $2, $3)', [
    token.id,
    userId,
    tokenHash(token.secret),
  ]);
  const login = Buffer.from(`${username}:${PASSWORD}`).toString('base64');
  return {
    basic: { tenant: name, authorization: `Basic ${login}` },
    token: { tenant: name, 'authentication-token': shownToken(token) },
  };
}

async function plantSecrets(
  client: pg.Client,
  tenantKey: KeyObject,
  { tenantId, userId, from, to }: { tenantId: string; userId: string; from: number; to: number },
): Promise<void> {
  const rows = Array.from({ length: to - from }, (_, offset) => {
    const [id, key] = [newId(), keyOf(from + offset)];
    const bytes = isLarge(from + offset) ? LARGE_BYTES : SMALL_BYTES;
    const text = randomBytes(bytes / 2).toString('hex');
    const binding = { tenantId, secretId: id, key, version: 1 };
    return {
      id,
      key,
      value: sealEnvelope(tenantKey, 1, binding, { format: 'text', text }).toString('base64'),
    };
  });
  await client.query(
    `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
     SELECT $1, r.id, r.key, decode(r.value, 'base64'), 1, $2, $2 FROM unnest($3::uuid[], $4::text[], $5::text[])
       AS r (id, key, value)`,
    [tenantId, userId, rows.map(({ id }) => id), rows.map(({ key }) => key), rows.map(({ value }) => value)],
  );
}
