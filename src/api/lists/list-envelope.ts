import { ApiProperty, PartialType } from '@nestjs/swagger';
import { COUNT } from '../openapi/schemas.js';

export class Pagination {
  @ApiProperty({ ...COUNT, description: 'The number of items on all pages' })
  total: number;

  @ApiProperty({
    ...COUNT,
    description:
      'The number of items that was asked for. A page that would be larger than 8 MiB of JSON has fewer: go on by the ' +
      'number of items received',
  })
  size: number;

  @ApiProperty({ ...COUNT, description: 'The number of items before these' })
  offset: number;
}

export class PageMetadata {
  @ApiProperty({ type: Pagination })
  pagination: Pagination;
}

/** Describes the pagination of a list that can also be paged by cursor. */
export class CursorPagination extends PartialType(Pagination) {}

export class CursorPageMetadata {
  @ApiProperty({ type: CursorPagination, description: 'Pages by cursor have no total' })
  pagination: CursorPagination;

  @ApiProperty({
    required: false,
    type: String,
    nullable: true,
    description: 'Only in pages by cursor: the value of `_after` for the next page; null on the last page',
  })
  next?: string | null;
}

export interface ListEnvelope<T> {
  items: T[];
  metadata: PageMetadata;
}

/** Wraps a list in the envelope that clients expect; they fail on a list without `metadata`. */
export function listEnvelope<T>(items: T[], { total, size, offset }: Pagination): ListEnvelope<T> {
  return { items, metadata: { pagination: { total, size, offset } } };
}

/** Names the content type of a response that is already JSON text. */
export const JSON_TEXT = 'application/json; charset=utf-8';

/** Wraps items that are already JSON text. Returns bytes, and copies a long text only once. */
export function listEnvelopeText(items: string, metadata: object): Buffer {
  const texts = ['{"items":', items, `,"metadata":${JSON.stringify(metadata)}}`];
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  let end = 0;
  for (const text of texts) end += bytes.write(text, end);
  return bytes;
}
