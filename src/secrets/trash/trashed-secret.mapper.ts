import { formatTime } from '../../api/time-format.js';
import { toSecretListItem } from '../http/secret-list-item.mapper.js';
import { quoted, stateTag } from '../secret-tag.js';
import type { TrashedSecretV31 } from './dto/trashed-secret-v31.js';
import type { KeptSecret } from './trash.service.js';

/** Shows a secret in the trash. */
export function toTrashedSecretV31(secret: KeptSecret): TrashedSecretV31 {
  return {
    id: secret.id,
    ...toSecretListItem(secret),
    deleted_at: formatTime(secret.deletedAt),
    kept_until: formatTime(secret.keptUntil),
    etag: quoted(stateTag(secret)),
  };
}
