import { listEnvelopeText } from '../api/list-envelope.js';
import type { ListWish, SecretPage } from './list-wish.js';

/** A page as clients expect it. One by cursor has no total; it says where the next begins. */
export function secretListText(
  { items, total, filtered, next }: SecretPage,
  { size, offset }: ListWish,
): Buffer {
  const metadata =
    total === undefined
      ? { pagination: { size }, next: next ?? null }
      : { pagination: { total, size, offset }, ...(filtered !== undefined && { filtered }) };
  return listEnvelopeText(items, metadata);
}
