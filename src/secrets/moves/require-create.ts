import type { AuditEvent } from '../../audit/audit-event.js';
import { Refusal } from '../../audit/refusal.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import type { SecretsRepository } from '../secrets.repository.js';

/**
 * Requires the right to create secrets, since a move fills a key. The route has checked the right to change them.
 * @throws Forbidden once the refusal is recorded
 */
export async function requireCreate(
  secrets: SecretsRepository,
  tenant: TenantContext,
  event: AuditEvent,
): Promise<void> {
  if (tenant.permissions.has('secret_create')) return;
  const refusal = new Refusal('forbidden', tenantRefused('secret_create', tenant.tenantName));
  await secrets.recordRefusal(tenant, event, refusal);
  throw refusal.error;
}
