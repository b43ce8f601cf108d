import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { Repeatable } from '../input/repeatable.decorator.js';

/** For a query parameter that narrows a list to items with exactly one of its values. */
export function ExactFilter(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: String,
      isArray: true,
      description: 'Only those with exactly this; given several times, any of them',
    }),
    IsOptional(),
    IsString({ each: true }),
    Repeatable(),
  );
}
