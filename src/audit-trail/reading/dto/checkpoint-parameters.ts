import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { Digits } from '../../../api/lists/paging.js';

const LAST_EPOCH = 2 ** 31 - 1;
const LARGEST_SIZE = Number.MAX_SAFE_INTEGER;

/** Declares an optional query parameter for the number of an epoch. */
export function EpochParameter(description: string): PropertyDecorator {
  return count('epoch', LAST_EPOCH, description);
}

/** Declares an optional query parameter for the size of a tree. */
export function SizeParameter(name: string, description: string): PropertyDecorator {
  return count(name, LARGEST_SIZE, description);
}

function count(name: string, largest: number, description: string): PropertyDecorator {
  const message = `\`${name}\` must be a whole number from 1 to ${largest}`;
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: largest, description }),
    IsOptional(),
    IsInt({ message }),
    Min(1, { message }),
    Max(largest, { message }),
    Digits(),
  );
}
