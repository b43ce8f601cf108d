import { ApiProperty } from '@nestjs/swagger';

const TEXTS = { type: 'array', items: { type: 'string' } } as const;

export class ImportResultV3 {
  @ApiProperty({
    type: 'object',
    additionalProperties: TEXTS,
    description: 'Keys that are there already, by tenant: left alone, or replaced where that was wanted',
  })
  colliding_secrets: Record<string, readonly string[]>;

  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'object',
      additionalProperties: { oneOf: [{ type: 'string' }, TEXTS] },
    },
    description: 'What is wrong, by the index in the list. Where there is anything, nothing was imported',
  })
  secrets_errors: Record<string, Readonly<Record<string, string | readonly string[]>>>;
}
