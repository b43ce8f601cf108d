import { formatTime } from '../../api/time-format.js';
import type { ChangeItem } from './dto/change-list.js';
import type { SecretChange } from './secret-change.js';

export function toChangeItem(change: SecretChange): ChangeItem {
  return {
    change: change.kind,
    key: change.key,
    tenant_name: change.tenantName,
    version: change.version,
    revision: change.revision,
    visibility: change.visibility,
    changed_at: formatTime(change.changedAt),
  };
}
