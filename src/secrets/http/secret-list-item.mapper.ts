import { formatTime } from '../../api/time-format.js';
import type { SecretListItemV31 } from '../dto/secret-v31.js';
import type { SecretDescription } from '../secret.js';

/** Shows of a secret what every answer under v3.1 has. */
export function toSecretListItem(secret: SecretDescription): SecretListItemV31 {
  return {
    key: secret.key,
    created_at: formatTime(secret.createdAt),
    updated_at: formatTime(secret.updatedAt),
    visibility: secret.visibility,
    resource_availability: secret.visibility,
    is_hidden_value: secret.isHiddenValue,
    tenant_name: secret.tenantName,
    created_by: secret.creatorName,
    provider_name: secret.providerName,
    description: secret.description,
    expires_at: secret.expiresAt && formatTime(secret.expiresAt),
    is_expired: secret.isExpired,
    labels: secret.labels,
  };
}
