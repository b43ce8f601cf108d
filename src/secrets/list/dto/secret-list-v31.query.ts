import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsFlag } from '../../../api/input/is-flag.decorator.js';
import { Digits } from '../../../api/lists/paging.js';
import { SortableBy } from '../../../api/lists/sortable-by.decorator.js';
import { IsExpiry } from '../../expiry/expires-at.decorator.js';
import { EXPIRY_PATTERN } from '../../expiry/secret-expiry.js';
import { LABEL_FILTER, LabelFilter } from '../../labels/label-filter.js';
import { SORTS } from '../list-fields.js';
import { SecretListQuery } from './secret-list.query.js';

/** Is about a hundred years, and safe for the arithmetic of the database. */
const MOST_DAYS = 36_500;
const DAYS = { message: `\`_not_read_for\` must be a number of days: a whole number from 1 to ${MOST_DAYS}` };

const SORTABLE = Object.keys(SORTS);

/** Declares the query parameters of a list of secrets under version 3.1. */
export class SecretListQueryV31 extends SecretListQuery {
  @SortableBy(SORTABLE)
  declare _sort?: string[];

  @LabelFilter()
  _label?: string[];

  @IsFlag()
  _expired?: unknown;

  @IsOptional()
  @IsExpiry('_expires_before')
  _expires_before?: string;

  @IsOptional()
  @Max(MOST_DAYS, DAYS)
  @Min(1, DAYS)
  @IsInt(DAYS)
  @Digits()
  _not_read_for?: number;
}

/** Describes the parameters that version 3 does not have, in OpenAPI's notation. */
export const LIST_PARAMETERS_V31 = [
  {
    name: '_sort',
    in: 'query',
    required: false,
    description: `Fields to sort by: ${SORTABLE.join(', ')}; a leading \`-\` sorts in descending order`,
    schema: { type: 'array', items: { type: 'string', pattern: `^[-+ ]?(${SORTABLE.join('|')})$` } },
  },
  LABEL_FILTER,
  {
    name: '_expired',
    in: 'query',
    required: false,
    description: 'Only secrets that have expired, or with `false` only the others',
    schema: { type: 'boolean' },
  },
  {
    name: '_expires_before',
    in: 'query',
    required: false,
    description:
      'Only secrets that expire before this time, those that have expired included: RFC 3339, `YYYY-MM-DD HH:mm` in UTC, ' +
      'or an offset from now such as `+7d`',
    schema: { type: 'string', pattern: EXPIRY_PATTERN },
  },
  {
    name: '_not_read_for',
    in: 'query',
    required: false,
    description:
      'Only secrets of the listed tenants that were not read with their value for so many days; those of which it is not ' +
      'known are left out',
    schema: { type: 'integer', minimum: 1, maximum: MOST_DAYS },
  },
];
