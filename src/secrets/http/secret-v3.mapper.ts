import { formatTime } from '../../api/time-format.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { SECRET_LIST_FIELDS_V3, type SecretV3 } from '../dto/secret-v3.js';
import { NewSecretBody, SecretChangeBody } from '../dto/new-secret.body.js';
import { SecretListQuery } from '../list/dto/secret-list.query.js';
import { SecretSearchBody } from '../list/dto/secret-search.body.js';
import type { OpenedSecret } from '../secret.js';
import type { SecretMapper } from './secret-mapper.js';

const FIELDS = { all: SECRET_LIST_FIELDS_V3, byDefault: SECRET_LIST_FIELDS_V3 };

/** Shows the value in every answer but lists. */
export const secretV3Mapper: SecretMapper = {
  newBody: NewSecretBody,
  changeBody: SecretChangeBody,
  listQuery: SecretListQuery,
  searchBody: SecretSearchBody,
  listFields: FIELDS,
  searchFields: FIELDS,
  read: toSecretV3,
  changed: toSecretV3,
};

function toSecretV3(tenant: TenantContext, secret: OpenedSecret): SecretV3 {
  return {
    key: secret.key,
    created_at: formatTime(secret.createdAt),
    updated_at: formatTime(secret.updatedAt),
    permission: secret.creatorId === tenant.userId ? 'creator' : '',
    tenant_name: secret.tenantName,
    created_by: secret.creatorName,
    value: secret.value?.text ?? '',
  };
}
