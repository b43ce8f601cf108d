import { includedFields, picked } from '../../../api/lists/included-fields.js';
import { JsonText } from '../../../api/json/json-text.js';
import { flagOf } from '../../../api/input/is-flag.decorator.js';
import { formatTime } from '../../../api/time-format.js';
import type { ExportQuery } from './dto/export.query.js';
import type { ExportedSecretItem } from './dto/exported-secret.js';
import type { ExportedSecret } from './secret-export.service.js';

const ITSELF = [
  ...(['key', 'value', 'visibility', 'tenant_name', 'is_hidden_value'] as const),
  ...(['encrypted', 'provider', 'provider_options', 'schema'] as const),
];
const METADATA = ['creator', 'created_at', 'updated_at', 'description', 'expires_at', 'labels'] as const;

type Field = keyof ExportedSecretItem;

/**
 * Returns the fields that are asked for.
 * @throws NoSuchIncludeField
 */
export function exportedFields(query: ExportQuery): ReadonlySet<Field> {
  const metadata: readonly Field[] = flagOf(query._include_metadata) === true ? METADATA : [];
  const named = (query._include ?? []).some((names) => names !== '');
  const itself: readonly Field[] = named
    ? includedFields<Field>(query._include, [...ITSELF, ...METADATA])
    : ITSELF;
  return new Set([...itself, ...metadata]);
}

export function toExportedSecretItem(secret: ExportedSecret, fields: ReadonlySet<Field>): ExportedSecretItem {
  const item: ExportedSecretItem = {
    key: secret.key,
    value: valueOf(secret),
    visibility: secret.visibility,
    tenant_name: secret.tenantName,
    is_hidden_value: secret.isHiddenValue,
    encrypted: secret.encrypted,
    provider: secret.providerName,
    provider_options: secret.providerOptions,
    schema: secret.schema ?? undefined,
    creator: secret.creatorName,
    created_at: formatTime(secret.createdAt),
    updated_at: formatTime(secret.updatedAt),
    description: secret.description ?? undefined,
    expires_at: secret.expiresAt === null ? undefined : formatTime(secret.expiresAt),
    labels: Object.keys(secret.labels).length === 0 ? undefined : secret.labels,
  };
  return picked(item, [...fields]);
}

/** Returns a structured value as the text of its JSON; under a passphrase it is the token of its JSON. */
function valueOf({ value }: ExportedSecret): unknown {
  if (value?.format !== 'json') return value?.text ?? '';
  return new JsonText(value.text);
}
