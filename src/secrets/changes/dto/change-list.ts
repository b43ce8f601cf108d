import { ApiProperty } from '@nestjs/swagger';
import { ErrorBody } from '../../../api/errors/error-body.js';
import { TIME } from '../../../api/openapi/schemas.js';
import { VISIBILITIES } from '../../secret.js';
import { CURSOR_LENGTH } from '../change-cursors.js';
import { CHANGE_KINDS } from '../secret-change.js';

const NUMBER = { type: 'integer', minimum: 1 } as const;
const CURSOR = { type: String, minLength: CURSOR_LENGTH, maxLength: CURSOR_LENGTH } as const;

/** Describes a change of a secret. It has neither the value nor anything else that is sealed. */
export class ChangeItem {
  @ApiProperty({
    type: String,
    enum: CHANGE_KINDS,
    description: 'A secret that was moved is deleted under its old key and created under the new one',
  })
  change: string;

  @ApiProperty({ type: String })
  key: string;

  @ApiProperty({
    type: String,
    description: 'The tenant of the secret: another than the caller’s if it is global',
  })
  tenant_name: string;

  @ApiProperty({
    ...NUMBER,
    description: 'The version that the secret had after the change, or when it was deleted',
  })
  version: number;

  @ApiProperty({
    ...NUMBER,
    description: 'The revision of that moment, which counts all changes of the secret',
  })
  revision: number;

  @ApiProperty({ type: String, enum: VISIBILITIES })
  visibility: string;

  @ApiProperty(TIME)
  changed_at: string;
}

export class ChangeList {
  @ApiProperty({ type: [ChangeItem], description: 'In the order in which they became visible' })
  items: ChangeItem[];

  @ApiProperty({ ...CURSOR, description: 'The value of `since` for what comes after these' })
  cursor: string;

  @ApiProperty({ type: Boolean, description: 'Whether there may be more already: ask again at once' })
  more: boolean;
}

export class CursorGoneBody extends ErrorBody {
  @ApiProperty({ ...CURSOR, description: 'The present end of the feed, from which to go on' })
  cursor: string;
}
