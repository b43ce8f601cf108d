import { formatTime } from '../api/time-format.js';
import type { TenantContext } from '../common/tenant-context.js';
import type { SecretListItemV3, SecretV3 } from './dto/secret-v3.js';
import type { OpenedSecret, SecretDescription } from './secret.js';

export function toSecretV3(tenant: TenantContext, secret: OpenedSecret): SecretV3 {
  return { ...toSecretListItemV3(tenant, secret), value: secret.value?.text ?? '' };
}

function toSecretListItemV3(tenant: TenantContext, secret: SecretDescription): SecretListItemV3 {
  return {
    key: secret.key,
    created_at: formatTime(secret.createdAt),
    updated_at: formatTime(secret.updatedAt),
    permission: secret.creatorId === tenant.userId ? 'creator' : '',
    tenant_name: secret.tenantName,
    created_by: secret.creatorName,
  };
}
