import { unknownName } from '../../../common/names/unknown-name.js';
import type { RawRow } from './raw-row.js';

/** Lists every field that a row may have: those of an export, by this service or by a Cloudify Manager. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['key', 'value', 'tenant_name', 'visibility', 'is_hidden_value', 'encrypted'],
  ...[
    'provider',
    'provider_options',
    'description',
    'schema',
    'creator',
    'created_at',
    'updated_at',
    'expires_at',
    'labels',
  ],
]);

/** Limits the unknown fields of a row that are reported. */
const MOST_SHOWN = 3;

/** Returns what to say of the fields of a row that are unknown. */
export function unknownFields(row: RawRow): string[] {
  return Object.keys(row)
    .filter((name) => !KNOWN.has(name))
    .slice(0, MOST_SHOWN)
    .map((name) => unknownName('field', name, KNOWN, ''));
}
