import { listEnvelopeText } from '../../api/lists/list-envelope.js';
import type { ListOptions, SecretPage } from './list-options.js';

/** Writes a page as clients expect it. One by cursor has no total; it says where the next begins. */
export function secretListText(
  { items, total, filtered, next }: SecretPage,
  { size, offset }: ListOptions,
): Buffer {
  const metadata =
    total === undefined
      ? { pagination: { size }, next: next ?? null }
      : { pagination: { total, size, offset }, ...(filtered !== undefined && { filtered }) };
  return listEnvelopeText(items, metadata);
}
