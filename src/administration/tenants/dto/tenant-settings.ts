import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min, ValidateIf } from 'class-validator';
import { IllegalAction } from '../../../common/errors.js';
import { MOST_VERSIONS } from '../../../common/version-count.js';
import { IsFlag } from '../../../api/input/is-flag.decorator.js';
import { IsVersionCount } from '../../../api/input/is-version-count.decorator.js';

const REQUIRE_IF_MATCH = {
  type: Boolean,
  description:
    'Whether a change of a secret needs `If-Match`, and is 428 without it. Clients of Cloudify send none: they can then ' +
    'create secrets of this tenant, but neither change nor delete them',
};
const VERSIONS = { type: 'integer', minimum: 1, maximum: MOST_VERSIONS } as const;
const MAX_VERSIONS = {
  ...VERSIONS,
  description:
    'How many versions of a secret are kept, the current one included, unless the secret has a `max_versions` of its own',
};
const LOWER_BOUND = {
  ...VERSIONS,
  description:
    'The least that `max_versions` of the tenant and its secrets can be; set by system administrators',
};
const UPPER_BOUND = {
  ...VERSIONS,
  description:
    'The most that `max_versions` of the tenant and its secrets can be; set by system administrators',
};

const MOST_DAYS = 36_500;
const DAYS_RULE = {
  message: `\`trash_days\` must be a whole number from 1 to ${MOST_DAYS}, or null for the default of the installation`,
};

const TRASH_DAYS = {
  type: 'integer',
  minimum: 1,
  maximum: MOST_DAYS,
  description:
    'The days for which the trash keeps a deleted secret; the installation bounds what can be set, and has a default',
} as const;

const AUDIT_DAYS_RULE = {
  message: `\`audit_days\` must be a whole number from 0 to ${MOST_DAYS}, or null for the default of the installation; 0 keeps the events for ever`,
};

const AUDIT_DAYS = {
  type: 'integer',
  minimum: 0,
  maximum: MOST_DAYS,
  description:
    "The days for which the events of the tenant's log are kept, and 0 for ever; set by system administrators. The " +
    'installation has a least number and a default',
} as const;

/** Describes days in a body: null takes back what was set. */
function daysOrDefault<D extends { readonly description: string }>(days: D) {
  const description = `${days.description}. Null takes the setting of the tenant back, so that the default holds`;
  return { ...days, description, required: false, nullable: true };
}

/** Describes the settings of a tenant. */
export class TenantSettingsV31 {
  @ApiProperty(REQUIRE_IF_MATCH)
  require_if_match: boolean;

  @ApiProperty(TRASH_DAYS)
  trash_days: number;

  @ApiProperty(AUDIT_DAYS)
  audit_days: number;

  @ApiProperty(MAX_VERSIONS)
  max_versions: number;

  @ApiProperty(LOWER_BOUND)
  max_versions_lower_bound: number;

  @ApiProperty(UPPER_BOUND)
  max_versions_upper_bound: number;
}

/** Holds the body of PATCH: what is left out stays. */
export class TenantSettingsBody {
  @ApiProperty({ ...REQUIRE_IF_MATCH, required: false })
  @IsFlag()
  require_if_match?: unknown;

  @ApiProperty(daysOrDefault(TRASH_DAYS))
  @IsOptional()
  @Min(1, DAYS_RULE)
  @Max(MOST_DAYS, DAYS_RULE)
  @IsInt(DAYS_RULE)
  trash_days?: number | null;

  @ApiProperty(daysOrDefault(AUDIT_DAYS))
  @IsOptional()
  @Min(0, AUDIT_DAYS_RULE)
  @Max(MOST_DAYS, AUDIT_DAYS_RULE)
  @IsInt(AUDIT_DAYS_RULE)
  audit_days?: number | null;

  @ApiProperty({ ...MAX_VERSIONS, required: false })
  @ValidateIf((_body, value) => value !== undefined)
  @IsVersionCount()
  max_versions?: number;

  @ApiProperty({ ...LOWER_BOUND, required: false })
  @ValidateIf((_body, value) => value !== undefined)
  @IsVersionCount()
  max_versions_lower_bound?: number;

  @ApiProperty({ ...UPPER_BOUND, required: false })
  @ValidateIf((_body, value) => value !== undefined)
  @IsVersionCount()
  max_versions_upper_bound?: number;
}

/** Refuses a change of settings that names none. */
export function noSetting(): IllegalAction {
  return new IllegalAction(
    'Nothing to change: give `require_if_match`, `trash_days`, `audit_days`, `max_versions`, `max_versions_lower_bound` or `max_versions_upper_bound`',
  );
}
