import type { AuditEvent } from '../../audit/audit-event.js';
import { callerJson } from '../../audit/caller-json.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { columnArrays, type Column } from '../../database/array-literal.js';
import type { NamedStatement } from '../../database/tenant-transaction.js';
import type { NewSecret } from '../secrets.repository.js';

/** A secret that is to be created, on record as `secret.create`. */
export interface Creation {
  readonly tenant: TenantContext;
  readonly secret: NewSecret;
  readonly event: AuditEvent;
  /** Whether it stays off the record that the key is taken. */
  readonly quietly: boolean;
}

const ALONE = `
  SELECT outcome, created_at
  FROM create_secret($1, $2, $3, $4, $5, $6, $7, $8, $9::json, $10, $11, $12, 'secret.create', $13::json, NULL, $14)`;

const TOGETHER = `
  SELECT ordinal, outcome, created_at
  FROM create_secrets($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bytea[], $6::integer[], $7::text[],
                      $8::boolean[], $9::json[], $10::bytea[], $11::integer[], $12::uuid[], $13::json[], $14::boolean[])`;

export function createAlone(creation: Creation): NamedStatement {
  return { name: 'create_secret', text: ALONE, values: columnsOf(creation) };
}

export function createTogether(creations: readonly Creation[]): NamedStatement {
  return { name: 'create_secrets', text: TOGETHER, values: columnArrays(creations.map(columnsOf)) };
}

/** Of what may be large. */
export function bytesOf({ secret: { value, providerOptions, schema } }: Creation): number {
  return (
    value.bytes.length + (providerOptions?.bytes.length ?? 0) + (schema ? JSON.stringify(schema).length : 0)
  );
}

function columnsOf({ tenant, secret, event, quietly }: Creation): Column[] {
  const { id, key, value, visibility, isHiddenValue, schema, providerOptions } = secret;
  return [
    ...[tenant.tenantId, tenant.userId, id, key, value.bytes, value.generation, visibility, isHiddenValue],
    schema === null ? null : JSON.stringify(schema),
    ...[providerOptions?.bytes ?? null, providerOptions?.generation ?? null],
    ...[event.id, callerJson(event.caller), !quietly],
  ];
}
