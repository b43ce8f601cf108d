import { ApiProperty } from '@nestjs/swagger';
import { flagOf, IsFlag } from '../../../api/input/is-flag.decorator.js';
import { FLAG, NAME } from '../../../api/openapi/schemas.js';
import { IsKey } from '../../dto/is-key.decorator.js';
import type { BulkMoveInput } from '../move-by-prefix.js';

/** Holds the body of a move by prefix. */
export class BulkMoveBody {
  @ApiProperty({ ...NAME, description: 'What the keys of the secrets begin with' })
  @IsKey()
  from_prefix: string;

  @ApiProperty({
    ...{ type: String, maxLength: 256, pattern: '^([A-Za-z][A-Za-z0-9._~-]*)?$' },
    description: 'What their new keys begin with instead; may be empty',
  })
  @IsKey({ allowsEmpty: true })
  to_prefix: string;

  @ApiProperty({
    ...FLAG,
    required: false,
    description: 'Whether nothing is to change, only to be told; false if it is left out',
  })
  @IsFlag()
  dry_run?: unknown;
}

export function toBulkMoveInput(body: BulkMoveBody): BulkMoveInput {
  return { fromPrefix: body.from_prefix, toPrefix: body.to_prefix, dryRun: flagOf(body.dry_run) === true };
}
