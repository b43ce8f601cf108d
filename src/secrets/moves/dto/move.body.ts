import { ApiProperty } from '@nestjs/swagger';
import { NAME } from '../../../api/openapi/schemas.js';
import { IsKey } from '../../dto/is-key.decorator.js';

/** Holds the body of a move. */
export class MoveSecretBody {
  @ApiProperty({ ...NAME, description: 'The new key, which must be free' })
  @IsKey()
  key: string;
}
