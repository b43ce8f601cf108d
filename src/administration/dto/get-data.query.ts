import { ApiPropertyOptional } from '@nestjs/swagger';
import { flagOf, IsFlag } from '../../api/input/is-flag.decorator.js';
import { applyDecorators } from '@nestjs/common';

/** Declares `_get_data`, which asks for the names and roles of members instead of their number. */
export function GetData(): PropertyDecorator {
  const description = 'Returns names and roles instead of counts';
  return applyDecorators(ApiPropertyOptional({ type: Boolean, description }), IsFlag());
}

export class GetDataQuery {
  @GetData()
  _get_data?: string;
}

/** Tells whether `_get_data` asks for names and roles. */
export function wantsData({ _get_data }: GetDataQuery): boolean {
  return flagOf(_get_data) ?? false;
}
