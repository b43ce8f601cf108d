import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsDefined, IsInt, IsOptional, Max, Min } from 'class-validator';
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

/** Declares a query parameter for the size of a tree, without which the query is refused. */
export function RequiredSizeParameter(name: string, description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty(schemaOf(LARGEST_SIZE, description)),
    IsDefined({ message: `\`${name}\` is missing: it must be a whole number from 1 on` }),
    Whole(name, LARGEST_SIZE),
  );
}

function count(name: string, largest: number, description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional(schemaOf(largest, description)),
    IsOptional(),
    Whole(name, largest),
  );
}

function schemaOf(maximum: number, description: string) {
  return { type: 'integer', minimum: 1, maximum, description } as const;
}

function Whole(name: string, largest: number): PropertyDecorator {
  const message = `\`${name}\` must be a whole number from 1 to ${largest}`;
  return applyDecorators(IsInt({ message }), Min(1, { message }), Max(largest, { message }), Digits());
}
