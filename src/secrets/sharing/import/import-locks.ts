import type { EntityManager } from 'typeorm';
import type { TenantContext } from '../../../common/tenant-context.js';
import { arrayLiteral } from '../../../database/array-literal.js';
import type { SecretAttributes } from '../../secret.js';

/** Keeps tenants from being deleted until the transaction ends. */
export async function lockTenants(manager: EntityManager, tenants: readonly TenantContext[]): Promise<void> {
  await manager.query('SELECT id FROM tenants WHERE id = ANY ($1::uuid[]) ORDER BY id FOR KEY SHARE', [
    tenants.map(({ tenantId }) => tenantId),
  ]);
}

/** Keeps users from being removed until the transaction ends, and returns the ids of those that are there. */
export async function lockUsers(
  manager: EntityManager,
  ids: ReadonlySet<string | undefined>,
): Promise<ReadonlySet<string | undefined>> {
  const rows = await manager.query<{ id: string }[]>(
    'SELECT id FROM users WHERE id = ANY ($1::uuid[]) AND deleted_at IS NULL ORDER BY id FOR KEY SHARE',
    [[...ids]],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Locks the keys until the transaction ends: others can neither make them global nor use those that become global. */
export async function lockKeys(
  manager: EntityManager,
  rows: readonly { readonly key: string; readonly attributes: Pick<SecretAttributes, 'visibility'> }[],
): Promise<void> {
  await manager.query('SELECT lock_secret_keys($1::text[], $2::boolean[])', [
    // The driver's own form of an array takes five times as long, and an import has many keys.
    arrayLiteral(rows.map(({ key }) => key)),
    rows.map(({ attributes }) => attributes.visibility === 'global'),
  ]);
}
