import { ApiProperty } from '@nestjs/swagger';
import { IllegalAction } from '../../../common/errors.js';
import { IsFlag } from '../../../api/input/is-flag.decorator.js';

const REQUIRE_IF_MATCH = {
  type: Boolean,
  description:
    'Whether a change of a secret needs `If-Match`, and is 428 without it. Clients of Cloudify send none: they can then ' +
    'create secrets of this tenant, but neither change nor delete them',
};

/** Describes the settings of a tenant. */
export class TenantSettingsV31 {
  @ApiProperty(REQUIRE_IF_MATCH)
  require_if_match: boolean;
}

/** Holds the body of PATCH: what is left out stays. */
export class TenantSettingsBody {
  @ApiProperty({ ...REQUIRE_IF_MATCH, required: false })
  @IsFlag()
  require_if_match?: unknown;
}

/** Refuses a change of settings that names none. */
export function noSetting(): IllegalAction {
  return new IllegalAction('Nothing to change: give `require_if_match`, true or false');
}
