import { ApiProperty } from '@nestjs/swagger';
import { PageMetadata } from './list-envelope.js';

/** A list of what there is none of here. */
export class EmptyList {
  @ApiProperty({ type: 'array', items: {}, maxItems: 0 })
  items: never[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
