import { ApiProperty } from '@nestjs/swagger';
import type { BulkMove } from '../moved-secrets.repository.js';

/** Describes a secret that moves. */
class MovedKey {
  @ApiProperty({ type: String, description: 'The key before the move' })
  key: string;

  @ApiProperty({ type: String, description: 'The key after the move' })
  new_key: string;
}

/** Describes a secret that cannot move. */
class MoveConflict extends MovedKey {
  @ApiProperty({ type: String, description: 'The code of the error that a move would be answered with' })
  error_code: string;

  @ApiProperty({ type: String, description: 'What stands in the way, and what to do about it' })
  message: string;
}

/** Describes the outcome of a move by prefix. */
export class BulkMoveResult {
  @ApiProperty({ type: Boolean, description: 'Whether nothing has changed' })
  dry_run: boolean;

  @ApiProperty({ type: [MovedKey], description: 'The secrets of the prefix, in the order of their keys' })
  moves: MovedKey[];

  @ApiProperty({
    type: [MoveConflict],
    description: 'Those that cannot move, so that none would; empty unless it was a dry run',
  })
  conflicts: MoveConflict[];
}

export function toBulkMoveResult({ moves, problems }: BulkMove, dryRun: boolean): BulkMoveResult {
  return {
    dry_run: dryRun,
    moves: moves.map(({ key, newKey }) => ({ key, new_key: newKey })),
    conflicts: problems.map(({ key, newKey, refusal: { error } }) => ({
      ...{ key, new_key: newKey },
      ...{ error_code: error.code, message: error.message },
    })),
  };
}
