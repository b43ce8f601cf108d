import { ApiProperty } from '@nestjs/swagger';

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

export interface ListEnvelope<T> {
  items: T[];
  metadata: PageMetadata;
}

/** A list as clients expect it; they fail on one without `metadata`. */
export function listEnvelope<T>(items: T[], { total, size, offset }: Pagination): ListEnvelope<T> {
  return { items, metadata: { pagination: { total, size, offset } } };
}
