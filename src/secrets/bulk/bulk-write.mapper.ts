import type { DomainError } from '../../common/domain-error.js';
import { quoted, stateTag } from '../secret-tag.js';
import { toItemError } from './bulk-write-errors.js';
import type { BulkWriteResult } from './bulk-write.service.js';
import type { BulkWriteAnswer, BulkWriteResultItem } from './dto/bulk-write.answer.js';

/** @param errorOf returns the error to answer with for anything thrown */
export function toBulkWriteAnswer(
  results: readonly BulkWriteResult[],
  errorOf: (thrown: unknown) => DomainError,
): BulkWriteAnswer {
  const items = results.map((result) => toItem(result, errorOf));
  const refused = items.filter(({ outcome }) => outcome === 'refused').length;
  return { items, metadata: { written: items.length - refused, refused } };
}

function toItem(result: BulkWriteResult, errorOf: (thrown: unknown) => DomainError): BulkWriteResultItem {
  const key = result.key ?? null;
  if ('error' in result) return { key, outcome: 'refused', error: toItemError(errorOf(result.error)) };
  const { secret } = result;
  const outcome = secret.revision === 1 ? 'created' : 'updated';
  return { key, outcome, version: secret.version, etag: quoted(stateTag(secret)) };
}
