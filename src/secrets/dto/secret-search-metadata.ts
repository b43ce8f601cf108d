import { ApiProperty } from '@nestjs/swagger';
import { CursorPageMetadata } from '../../api/lists/list-envelope.js';
import { COUNT } from '../../api/openapi/schemas.js';

export class SecretSearchMetadata extends CursorPageMetadata {
  @ApiProperty({
    ...COUNT,
    required: false,
    description: 'How many more the caller would see without the rules; not in pages by cursor',
  })
  filtered?: number;
}
