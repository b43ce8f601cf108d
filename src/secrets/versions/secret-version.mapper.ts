import { formatTime } from '../../api/time-format.js';
import type { SecretVersionV31 } from './dto/secret-version-v31.js';
import type { SecretVersion } from './secret-version.js';

export function toSecretVersionV31(version: SecretVersion): SecretVersionV31 {
  const { destroyedAt } = version;
  return {
    version: version.version,
    is_current: version.isCurrent,
    created_at: formatTime(version.createdAt),
    created_by: version.creatorName,
    visibility: version.visibility,
    is_hidden_value: version.isHiddenValue,
    destroyed_at: destroyedAt === null ? null : formatTime(destroyedAt),
    destroyed_by: version.destroyerName,
  };
}
