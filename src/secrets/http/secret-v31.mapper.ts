import { JsonText } from '../../api/json/json-text.js';
import type { TenantContext } from '../../common/tenant-context.js';
import type { SecretValue } from '../../crypto/secret-value.js';
import { SECRET_LIST_FIELDS_V31, SECRET_SEARCH_FIELDS_V31, type SecretV31 } from '../dto/secret-v31.js';
import { NewSecretBodyV31, SecretChangeBodyV31 } from '../dto/new-secret.body.js';
import { SecretListQueryV31 } from '../list/dto/secret-list-v31.query.js';
import { SecretSearchBodyV31 } from '../list/dto/secret-search.body.js';
import type { OpenedSecret } from '../secret.js';
import { toSecretListItem } from './secret-list-item.mapper.js';
import type { SecretMapper } from './secret-mapper.js';

/** Shows value and provider options to a caller who reads the secret, and in no other answer. */
export const secretV31Mapper: SecretMapper = {
  newBody: NewSecretBodyV31,
  changeBody: SecretChangeBodyV31,
  listQuery: SecretListQueryV31,
  searchBody: SecretSearchBodyV31,
  listFields: { all: [...SECRET_LIST_FIELDS_V31, 'schema'], byDefault: SECRET_LIST_FIELDS_V31 },
  searchFields: { all: [...SECRET_SEARCH_FIELDS_V31, 'schema'], byDefault: SECRET_SEARCH_FIELDS_V31 },
  read: (tenant, secret) => ({
    ...toChangedSecret(tenant, secret),
    value: shownValue(secret.value),
    provider_options: secret.providerOptions,
  }),
  changed: toChangedSecret,
};

/** Returns the value as it was sent: a text, or the text of its JSON if the secret has a schema. */
function shownValue(value: SecretValue | undefined): unknown {
  if (value === undefined) return '';
  return value.format === 'text' ? value.text : new JsonText(value.text);
}

function toChangedSecret(_tenant: TenantContext, secret: OpenedSecret): SecretV31 {
  return {
    ...toSecretListItem(secret),
    value: '',
    version: secret.version,
    max_versions: secret.maxVersions,
    private_resource: secret.visibility === 'private',
    schema: secret.schema,
    provider_options: null,
  };
}
