import type { TrashedSecret } from '../secret.js';
import type { SecretRow, SecretRows } from './secret-row.js';

/** Describes a row of `find_trash`, with the days that its tenant has set. */
export type TrashedRow = SecretRow & {
  readonly deleted_at: Date;
  readonly trash_days: number | null;
  readonly creator_is_deleted: boolean;
};

/**
 * Returns the select list of secrets in the trash: `t` is a row of `find_trash`, and $1 the tenant.
 * @param instead expressions in place of columns, as for `SecretRows.select`
 */
export function trashColumns(rows: SecretRows, instead: Readonly<Record<string, string>> = {}): string {
  // The trash gives nothing that is sealed.
  const columns = rows.select('t', { ...instead, value: 'NULL::bytea', provider_options: 'NULL::bytea' });
  return `
    t.deleted_at, t.creator_name, t.creator_is_deleted, ${columns},
    (SELECT s.trash_days FROM tenant_settings s WHERE s.tenant_id = $1) AS trash_days`;
}

export function toTrashedSecret(rows: SecretRows, row: TrashedRow, tenantName: string): TrashedSecret {
  const { deleted_at: deletedAt, trash_days: trashDays, creator_is_deleted: creatorIsDeleted } = row;
  return { ...rows.toVisibleSecret(row, tenantName), deletedAt, trashDays, creatorIsDeleted };
}
