import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { Digits } from '../../../api/lists/paging.js';
import { CURSOR_LENGTH } from '../change-cursors.js';

/** Limits the wait, in seconds: shorter than load balancers wait for an answer. */
const LONGEST_WAIT = 50;

export class ChangesQuery {
  @ApiPropertyOptional({
    ...{ type: String, minLength: CURSOR_LENGTH, maxLength: CURSOR_LENGTH },
    description: 'The `cursor` of an earlier answer; without it, the feed begins at its present end',
  })
  @IsOptional()
  @IsString({ message: '`since` must be a string' })
  since?: string;

  @ApiPropertyOptional({
    ...{ type: 'integer', minimum: 0, maximum: LONGEST_WAIT, default: 0 },
    description: 'How many seconds to wait if there are no changes yet; not with a stream',
  })
  @IsOptional()
  @IsInt({ message: `\`wait\` must be a whole number of seconds from 0 to ${LONGEST_WAIT}` })
  @Min(0, { message: `\`wait\` must be a whole number of seconds from 0 to ${LONGEST_WAIT}` })
  @Max(LONGEST_WAIT, {
    message: `\`wait\` can be at most ${LONGEST_WAIT} seconds; ask again after an empty answer`,
  })
  @Digits()
  wait?: number;
}
