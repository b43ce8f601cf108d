import { formatTime } from '../api/time-format.js';
import type { SecretValue } from '../crypto/secret-value.js';
import type { SecretListItemV31, SecretV31 } from './dto/secret-v31.js';
import type { OpenedSecret, SecretDescription } from './secret.js';

/** The value is shown to who reads it, and to nobody else. */
export function toReadSecretV31(secret: OpenedSecret): SecretV31 {
  return {
    ...toChangedSecretV31(secret),
    value: shownValue(secret.value),
    provider_options: secret.providerOptions,
  };
}

/** As it was given: a text, or the structure that it has by its schema. */
function shownValue(value: SecretValue | undefined): unknown {
  if (value === undefined) return '';
  return value.format === 'text' ? value.text : JSON.parse(value.text);
}

export function toChangedSecretV31(secret: OpenedSecret): SecretV31 {
  return {
    ...toSecretListItemV31(secret),
    value: '',
    private_resource: secret.visibility === 'private',
    schema: secret.schema,
    provider_options: null,
  };
}

function toSecretListItemV31(secret: SecretDescription): SecretListItemV31 {
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
  };
}
