import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { OnlyDefault } from './only-default.decorator.js';

const FALSE = [false, 'false', 'False', 'FALSE'];

/** The body of PUT and PATCH. Fields beyond these are ignored, as old clients need. */
export class SecretValueBody {
  @ApiProperty({ description: "The secret's value: text, not empty", minLength: 1, type: String })
  @IsNotEmpty({ message: '`value` is missing or empty; give the text of the secret' })
  @IsString({ message: '`value` must be a string' })
  value: string;

  @ApiProperty({ required: false, enum: ['tenant'], type: String })
  @OnlyDefault('tenant')
  visibility?: unknown;

  @ApiProperty({ required: false, enum: [false], type: Boolean })
  @OnlyDefault(...FALSE)
  is_hidden_value?: unknown;

  @ApiProperty({ required: false, enum: [false], type: Boolean })
  @OnlyDefault(...FALSE)
  update_if_exists?: unknown;
}
