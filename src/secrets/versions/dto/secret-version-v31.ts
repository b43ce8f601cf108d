import { ApiProperty } from '@nestjs/swagger';
import { PageMetadata } from '../../../api/lists/list-envelope.js';
import { COUNT, NAME, TIME } from '../../../api/openapi/schemas.js';
import { VISIBILITIES } from '../../secret.js';

/** Describes a version of a secret, never with its value. */
export class SecretVersionV31 {
  @ApiProperty({ ...COUNT, minimum: 1, description: 'Counts the values that the secret has had' })
  version: number;

  @ApiProperty({ type: Boolean, description: 'Whether it is what a plain read gives' })
  is_current: boolean;

  @ApiProperty({ ...TIME, description: 'When the value was written; UTC, with milliseconds' })
  created_at: string;

  @ApiProperty({ ...NAME, description: 'The user who wrote the value' })
  created_by: string;

  @ApiProperty({
    ...{ type: String, enum: VISIBILITIES },
    description: 'The visibility of the secret when the value was written',
  })
  visibility: string;

  @ApiProperty({ type: Boolean, description: 'Whether the value was hidden when it was written' })
  is_hidden_value: boolean;

  @ApiProperty({ ...TIME, nullable: true, description: 'When the value was erased; null if it is there' })
  destroyed_at: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The user who destroyed the version' })
  destroyed_by: string | null;
}

export class SecretVersionListV31 {
  @ApiProperty({ type: [SecretVersionV31] })
  items: SecretVersionV31[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
