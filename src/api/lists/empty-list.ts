import { ApiProperty } from '@nestjs/swagger';
import { PageMetadata } from './list-envelope.js';

/** Describes a list that is always empty. */
export class EmptyList {
  @ApiProperty({ type: 'array', items: {}, maxItems: 0 })
  items: never[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
