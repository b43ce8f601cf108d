import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { STORABLE } from '../openapi/schemas.js';
import { Repeatable } from '../input/repeatable.decorator.js';

/** Declares a query parameter that filters a list by exact value. */
export function ExactFilter(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      ...{ type: 'array', items: STORABLE },
      description:
        'Returns only items with exactly this value; may be repeated, then any of the values matches',
    }),
    IsOptional(),
    IsString({ each: true }),
    Repeatable(),
  );
}
