import type { EntityManager } from 'typeorm';
import type { TenantContext } from '../../../common/tenant-context.js';
import { SealedValue } from '../../../crypto/sealed-value.js';
import type { StoredSecret } from '../../secret.js';
import type { ImportedRow } from './imported-row.js';
import type { Importer, Replacement, SealedContent } from './imported-secrets.repository.js';

export interface NewRow extends SealedContent {
  readonly row: ImportedRow;
  readonly id: string;
}

export interface ReplacedRow extends Replacement {
  readonly row: ImportedRow;
  readonly current: StoredSecret;
}

const INSERT = `
  INSERT INTO secrets (tenant_id, id, key, value, key_generation, provider_options, provider_options_generation, visibility,
                       is_hidden_value, version_created_by, created_by, created_at, updated_at, schema)
  SELECT $1, n.id, n.key, n.value, n.generation, n.options, n.options_generation, n.visibility, n.hidden, $2, coalesce(n.creator, $2),
         coalesce(n.created_at, now()), coalesce(n.updated_at, n.created_at, now()), n.schema::json
  FROM unnest($3::uuid[], $4::text[], $5::bytea[], $6::integer[], $7::bytea[], $8::integer[], $9::text[], $10::boolean[],
              $11::uuid[], $12::timestamptz[], $13::timestamptz[], $14::text[])
    AS n (id, key, value, generation, options, options_generation, visibility, hidden, creator, created_at, updated_at,
          schema)
  ORDER BY n.key COLLATE "C"
  ON CONFLICT DO NOTHING RETURNING key`;

const LOCK = `
  SELECT s.id, s.key, s.version, s.revision, s.value, s.visibility, s.is_hidden_value AS "isHiddenValue", s.schema,
         s.provider_name AS "providerName", s.provider_options AS "providerOptions", s.created_by AS "creatorId",
         c.username AS "creatorName", s.created_at AS "createdAt", s.updated_at AS "updatedAt"
  FROM secrets s JOIN users c ON c.id = s.created_by
  WHERE s.tenant_id = $1 AND s.key = ANY ($2::text[]) ORDER BY s.key FOR UPDATE OF s`;

const REPLACE = `
  UPDATE secrets s SET
    value = n.value, key_generation = n.generation, provider_options = n.options,
    provider_options_generation = n.options_generation, version = n.version, visibility = n.visibility,
    is_hidden_value = n.hidden, revision = s.revision + 1, created_by = coalesce(n.creator, s.created_by),
    created_at = coalesce(n.created_at, s.created_at),
    updated_at = coalesce(n.updated_at, greatest(clock_timestamp(), s.updated_at)),
    version_created_by = CASE WHEN n.version > s.version THEN $2 ELSE s.version_created_by END,
    version_created_at = CASE WHEN n.version > s.version THEN clock_timestamp() ELSE s.version_created_at END
  FROM unnest($3::uuid[], $4::integer[], $5::bytea[], $6::integer[], $7::bytea[], $8::integer[], $9::text[],
              $10::boolean[], $11::uuid[], $12::timestamptz[], $13::timestamptz[])
    AS n (id, version, value, generation, options, options_generation, visibility, hidden, creator, created_at,
          updated_at)
  WHERE s.tenant_id = $1 AND s.id = n.id`;

export async function actIn(manager: EntityManager, tenantId: string): Promise<void> {
  await manager.query("SELECT set_config('app.tenant', $1, true)", [tenantId]);
}

/** Keeps tenants from being deleted until the transaction ends. */
export async function holdTenants(manager: EntityManager, tenants: readonly TenantContext[]): Promise<void> {
  await manager.query('SELECT id FROM tenants WHERE id = ANY ($1::uuid[]) ORDER BY id FOR KEY SHARE', [
    tenants.map(({ tenantId }) => tenantId),
  ]);
}

/** Keeps users from being deleted until the transaction ends, and gives the ids of those that are there. */
export async function holdUsers(
  manager: EntityManager,
  ids: ReadonlySet<string | undefined>,
): Promise<ReadonlySet<string | undefined>> {
  const rows = await manager.query<{ id: string }[]>(
    'SELECT id FROM users WHERE id = ANY ($1::uuid[]) AND deleted_at IS NULL ORDER BY id FOR KEY SHARE',
    [[...ids]],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Until the transaction ends nobody makes one of these keys global, or uses one that is to be global. */
export async function lockKeys(manager: EntityManager, rows: readonly ImportedRow[]): Promise<void> {
  await manager.query('SELECT lock_secret_keys($1::text[], $2::boolean[])', [
    rows.map(({ key }) => key),
    rows.map(isGlobal),
  ]);
}

/** The places of rows in whose way another tenant stands, and whether it does by a global secret. */
export async function foreignSecrets(
  manager: EntityManager,
  rows: readonly ImportedRow[],
): Promise<ReadonlyMap<number, boolean>> {
  const found = await manager.query<{ ordinal: number; by_global: boolean }[]>(
    'SELECT * FROM secrets_in_the_way($1::uuid[], $2::text[], $3::boolean[])',
    [rows.map(({ tenant }) => tenant.tenantId), rows.map(({ key }) => key), rows.map(isGlobal)],
  );
  return new Map(found.map(({ ordinal, by_global }) => [ordinal - 1, by_global]));
}

/** @returns the keys that were not there yet */
export async function insertRows(
  manager: EntityManager,
  { tenantId }: TenantContext,
  { userId }: Importer,
  rows: readonly NewRow[],
): Promise<ReadonlySet<string>> {
  const made = await manager.query<{ key: string }[]>(INSERT, [
    ...[tenantId, userId, rows.map(({ id }) => id), rows.map(({ row }) => row.key)],
    ...sealedColumns(rows),
    ...columns(rows),
    rows.map(({ row }) => (row.schema === null ? null : JSON.stringify(row.schema))),
  ]);
  return new Set(made.map(({ key }) => key));
}

/** The tenant's secrets of these keys, by key, locked until the transaction ends. */
export async function lockRows(
  manager: EntityManager,
  { tenantId, tenantName }: TenantContext,
  rows: readonly ImportedRow[],
): Promise<ReadonlyMap<string, StoredSecret>> {
  type Row = Omit<StoredSecret, 'value' | 'providerOptions'> & {
    value: Buffer;
    providerOptions: Buffer | null;
  };
  const found = await manager.query<Row[]>(LOCK, [tenantId, rows.map(({ key }) => key)]);
  return new Map(
    found.map((row) => {
      const providerOptions = row.providerOptions && SealedValue.fromBytes(row.providerOptions);
      return [
        row.key,
        { ...row, tenantId, tenantName, value: SealedValue.fromBytes(row.value), providerOptions },
      ];
    }),
  );
}

export async function replaceRows(
  manager: EntityManager,
  { tenantId }: TenantContext,
  { userId }: Importer,
  rows: readonly ReplacedRow[],
): Promise<void> {
  await manager.query(REPLACE, [
    ...[tenantId, userId, rows.map(({ current }) => current.id), rows.map(({ version }) => version)],
    ...sealedColumns(rows),
    ...columns(rows),
  ]);
}

function sealedColumns(rows: readonly SealedContent[]): unknown[] {
  return [
    rows.map(({ value }) => value.bytes),
    rows.map(({ value }) => value.generation),
    rows.map(({ providerOptions }) => providerOptions?.bytes ?? null),
    rows.map(({ providerOptions }) => providerOptions?.generation ?? null),
  ];
}

function columns(rows: readonly { readonly row: ImportedRow }[]): unknown[] {
  return [
    rows.map(({ row }) => row.visibility),
    rows.map(({ row }) => row.isHiddenValue),
    rows.map(({ row }) => row.creatorId ?? null),
    rows.map(({ row }) => row.createdAt ?? null),
    rows.map(({ row }) => row.updatedAt ?? null),
  ];
}

function isGlobal({ visibility }: ImportedRow): boolean {
  return visibility === 'global';
}
