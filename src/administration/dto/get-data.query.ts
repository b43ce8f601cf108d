import { ApiPropertyOptional } from '@nestjs/swagger';
import { flagOf, IsFlag } from '../../api/input/is-flag.decorator.js';
import { applyDecorators } from '@nestjs/common';

/** For `_get_data`: whether the answer says who belongs to a thing, or how many. */
export function GetData(): PropertyDecorator {
  const description = 'Names and roles instead of counts';
  return applyDecorators(ApiPropertyOptional({ type: Boolean, default: false, description }), IsFlag());
}

export class GetDataQuery {
  @GetData()
  _get_data?: string;
}

/** Whether `_get_data` asks for names and roles. */
export function wantsData({ _get_data }: GetDataQuery): boolean {
  return flagOf(_get_data) ?? false;
}
