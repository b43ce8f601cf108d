import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { IsFlag } from '../../api/is-flag.decorator.js';
import { VISIBILITIES, type Visibility } from '../stored-secret.js';

const VISIBILITY_MESSAGE = { message: `\`visibility\` must be one of ${VISIBILITIES.join(', ')}` };
const FLAG = { required: false, type: Boolean, default: false };

/** The body of PUT. Fields beyond these are ignored, as old clients need. */
export class NewSecretBody {
  @ApiProperty({ description: "The secret's value: text, not empty", minLength: 1, type: String })
  @IsNotEmpty({ message: '`value` is missing or empty; give the text of the secret' })
  @IsString({ message: '`value` must be a string' })
  value: string;

  @ApiProperty({ required: false, enum: VISIBILITIES, type: String, default: 'tenant' })
  @IsOptional()
  @IsIn(VISIBILITIES, VISIBILITY_MESSAGE)
  visibility?: Visibility | null;

  @ApiProperty({ ...FLAG, description: 'Whether only the creator and administrators may see the value' })
  @IsFlag()
  is_hidden_value?: unknown;

  @ApiProperty({
    ...FLAG,
    description: 'Whether a secret that is there gets the value; nothing else of it changes',
  })
  @IsFlag()
  update_if_exists?: unknown;
}

/** The body of PATCH: what is left out stays. */
export class SecretChangeBody {
  @ApiProperty({ required: false, minLength: 1, type: String })
  @IsOptional()
  @IsNotEmpty({ message: '`value` is empty; give the text of the secret, or leave it out' })
  @IsString({ message: '`value` must be a string' })
  value?: string | null;

  @ApiProperty({ required: false, enum: VISIBILITIES, type: String, description: 'Can only be widened' })
  @IsOptional()
  @IsIn(VISIBILITIES, VISIBILITY_MESSAGE)
  visibility?: Visibility | null;

  @ApiProperty({ required: false, type: Boolean })
  @IsFlag()
  is_hidden_value?: unknown;
}

/** The body of PATCH `set-visibility`. */
export class SetVisibilityBody {
  @ApiProperty({ enum: ['tenant', 'global'], type: String })
  @IsIn(['tenant', 'global'], { message: '`visibility` must be one of tenant, global' })
  visibility: Visibility;
}
