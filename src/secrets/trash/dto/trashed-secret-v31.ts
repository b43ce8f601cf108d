import { ApiProperty } from '@nestjs/swagger';
import { PageMetadata } from '../../../api/lists/list-envelope.js';
import { TIME } from '../../../api/openapi/schemas.js';
import { SecretListItemV31 } from '../../dto/secret-v31.js';

/** Describes a secret in the trash, which never shows its value. */
export class TrashedSecretV31 extends SecretListItemV31 {
  @ApiProperty({ type: String, format: 'uuid', description: 'Restores or purges it' })
  id: string;

  @ApiProperty({ ...TIME, description: 'When it was deleted' })
  deleted_at: string;

  @ApiProperty({
    ...TIME,
    description: 'Until when it can be restored, unless the trash of the tenant overflows before',
  })
  kept_until: string;

  @ApiProperty({ type: String, description: 'The tag of its state, for `If-Match`' })
  etag: string;
}

export class TrashListV31 {
  @ApiProperty({ type: [TrashedSecretV31] })
  items: TrashedSecretV31[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
