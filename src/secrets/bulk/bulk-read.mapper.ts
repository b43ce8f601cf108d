import { jsonOf } from '../../api/json/json-text.js';
import type { TenantContext } from '../../common/tenant-context.js';
import type { SecretValue } from '../../crypto/secret-value.js';
import { secretV31Mapper } from '../http/secret-v31.mapper.js';
import { quoted } from '../secret-tag.js';
import type { BulkItem, BulkItems } from './bulk-read.service.js';

/** Returns the JSON of a page. Each secret is written as a read of it is, so that its JSON stays as it was sent. */
export function itemsText(tenant: TenantContext, { items, next }: BulkItems): string {
  const texts = items.map((item) => itemText(tenant, item)).join(',');
  return `{"items":[${texts}],"metadata":${JSON.stringify({ next: next ?? null })}}`;
}

function itemText(tenant: TenantContext, { key, outcome, given }: BulkItem): string {
  const told = { key, outcome, ...(given !== undefined && { etag: quoted(given.tag) }) };
  if (given === undefined) return JSON.stringify(told);
  const secret = jsonOf(secretV31Mapper.read(tenant, given.secret));
  return `${JSON.stringify(told).slice(0, -1)},"secret":${secret}}`;
}

/** Returns the JSON of the values by key: a text, or the JSON of a structured value as it was sent. */
export function mapText(values: ReadonlyMap<string, SecretValue>): string {
  const members = Array.from(values, ([key, { format, text }]) => {
    return `${JSON.stringify(key)}:${format === 'text' ? JSON.stringify(text) : text}`;
  });
  return `{${members.join(',')}}`;
}
