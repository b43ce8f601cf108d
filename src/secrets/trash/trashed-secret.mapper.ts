import { formatTime } from '../../api/time-format.js';
import { quoted, stateTag } from '../secret-tag.js';
import type { TrashedSecretV31 } from './dto/trashed-secret-v31.js';
import type { KeptSecret } from './trash.service.js';

/** Shows a secret in the trash. */
export function toTrashedSecretV31(secret: KeptSecret): TrashedSecretV31 {
  return {
    id: secret.id,
    key: secret.key,
    deleted_at: formatTime(secret.deletedAt),
    kept_until: formatTime(secret.keptUntil),
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
    etag: quoted(stateTag(secret)),
  };
}
