import { ApiProperty, PartialType } from '@nestjs/swagger';

export class Pagination {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many there are on all pages together' })
  total: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  size: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  offset: number;
}

export class PageMetadata {
  @ApiProperty({ type: Pagination })
  pagination: Pagination;
}

/** Of a list that can also be paged by cursor. */
export class CursorPagination extends PartialType(Pagination) {}

export class CursorPageMetadata {
  @ApiProperty({ type: CursorPagination, description: 'Without a total in pages by cursor' })
  pagination: CursorPagination;

  @ApiProperty({
    required: false,
    type: String,
    nullable: true,
    description: 'In pages by cursor: what `_after` is to be for the next page; null after the last',
  })
  next?: string | null;
}

export interface ListEnvelope<T> {
  items: T[];
  metadata: PageMetadata;
}

/** A list as clients expect it; they fail on one without `metadata`. */
export function listEnvelope<T>(items: T[], { total, size, offset }: Pagination): ListEnvelope<T> {
  return { items, metadata: { pagination: { total, size, offset } } };
}

/** The content type of an answer that is JSON text already. */
export const JSON_TEXT = 'application/json; charset=utf-8';

/** The same around items that are JSON text already: in bytes, since text this long is copied on each way it goes. */
export function listEnvelopeText(items: string, metadata: object): Buffer {
  const [before, after] = ['{"items":', `,"metadata":${JSON.stringify(metadata)}}`];
  return Buffer.concat([before, items, after].map((text) => Buffer.from(text)));
}
