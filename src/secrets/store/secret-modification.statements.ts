import type { AuditDetail } from '../../audit/actions.js';
import type { AuditEvent } from '../../audit/audit-event.js';
import { callerJson } from '../../audit/caller-json.js';
import type { TenantContext } from '../../common/tenant-context.js';
import type { SealedValue } from '../../crypto/sealed-value.js';
import { columnArrays, type Column } from '../../database/array-literal.js';
import type { NamedStatement } from '../../database/tenant-transaction.js';
import type { Change } from '../secrets.repository.js';
import type { StoredSecret } from '../secret.js';

/** What becomes of a secret, and how it was seen when that was decided; on record as `secret.update`. */
export interface Modification {
  readonly tenant: TenantContext;
  readonly current: StoredSecret;
  readonly change: Change;
  readonly event: AuditEvent;
}

const CHANGE = `
  SELECT ordinal, outcome, version, revision, updated_at
  FROM change_secrets($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::integer[], $6::bytea[], $7::integer[],
                      $8::text[], $9::boolean[], $10::boolean[], $11::boolean[], $12::bytea[], $13::integer[], $14::uuid[],
                      $15::uuid[], $16::json[], $17::json[], $18)`;

const DELETE = 'SELECT outcome FROM delete_secret($1, $2, $3, $4, $5, $6, $7::json)';

export function changeTogether(modifications: readonly Modification[]): NamedStatement {
  return changeOf(modifications, false);
}

export function changeAlone(modification: Modification): NamedStatement {
  return changeOf([modification], true);
}

export function deleteOf(tenant: TenantContext, seen: StoredSecret, event: AuditEvent): NamedStatement {
  const { id, key, revision, version } = seen;
  const values = [tenant.tenantId, id, key, revision, version, event.id, callerJson(event.caller)];
  return { name: 'delete_secret', text: DELETE, values };
}

/** Of what may be large. */
export function bytesOf({ change: { value, providerOptions } }: Modification): number {
  return (value?.bytes.length ?? 0) + (providerOptions?.bytes.length ?? 0);
}

/** Whether it becomes global, which it is in nobody's way to be before. */
export function widens({ current, change }: Modification): boolean {
  return change.visibility === 'global' && current.visibility !== 'global';
}

function changeOf(modifications: readonly Modification[], alone: boolean): NamedStatement {
  const values = [...columnArrays(modifications.map(columnsOf)), alone];
  return { name: 'change_secrets', text: CHANGE, values };
}

function columnsOf(modification: Modification): Column[] {
  const { tenant, current, change, event } = modification;
  const { value, owner, visibility = current.visibility, isHiddenValue = current.isHiddenValue } = change;
  const detail: AuditDetail<'secret.update'> | null =
    owner === undefined ? event.detail : { owner: owner.name };
  return [
    ...[tenant.tenantId, tenant.userId, current.id, current.key, current.revision],
    ...sealedColumns(value),
    ...[visibility, widens(modification), isHiddenValue],
    ...[change.providerOptions !== undefined, ...sealedColumns(change.providerOptions)],
    owner?.id ?? null,
    ...[event.id, callerJson(event.caller), detail === null ? null : JSON.stringify(detail)],
  ];
}

function sealedColumns(sealed: SealedValue | null | undefined): [Buffer | null, number | null] {
  return [sealed?.bytes ?? null, sealed?.generation ?? null];
}
