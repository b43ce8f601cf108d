import type { EntityManager } from 'typeorm';
import type { Page } from './secrets.repository.js';
import type { SecretDescription } from './stored-secret.js';

/** The tenant, the caller, and whether the caller administers the tenant: $1 to $3 below. */
export type ListScope = readonly [tenantId: string, userId: string, administers: boolean];

/** The tenant's own secrets that the caller sees. The page's rows are found in the index alone. */
const OWN = `FROM secrets WHERE tenant_id = $1 AND (visibility <> 'private' OR created_by = $2 OR $3)`;
const FOREIGN = `FROM secrets WHERE visibility = 'global' AND tenant_id <> $1`;

const LIST = `
  SELECT s.tenant_id AS "tenantId", t.name AS "tenantName", s.id, s.key, s.version, s.revision, s.visibility,
         s.is_hidden_value AS "isHiddenValue", s.created_by AS "creatorId", c.username AS "creatorName",
         s.created_at AS "createdAt", s.updated_at AS "updatedAt"
  FROM (
    (SELECT tenant_id, id, created_at, key ${OWN} ORDER BY created_at, key LIMIT $4::bigint + $5::bigint)
    UNION ALL (SELECT tenant_id, id, created_at, key ${FOREIGN})
    ORDER BY created_at, key LIMIT $4 OFFSET $5
  ) AS page
  JOIN secrets s ON s.tenant_id = page.tenant_id AND s.id = page.id
  JOIN users c ON c.id = s.created_by
  JOIN tenants t ON t.id = s.tenant_id
  ORDER BY s.created_at, s.key`;

const COUNT = `SELECT (SELECT count(*) ${OWN}) + (SELECT count(*) ${FOREIGN}) AS total`;

export function listSecrets(
  manager: EntityManager,
  scope: ListScope,
  { size, offset }: Page,
): Promise<SecretDescription[]> {
  return manager.query<SecretDescription[]>(LIST, [...scope, size, offset]);
}

export async function countSecrets(manager: EntityManager, scope: ListScope): Promise<number> {
  const [row] = await manager.query<[{ total: string }]>(COUNT, [...scope]);
  return Number(row.total);
}
