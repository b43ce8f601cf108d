import { Controller, Get } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { CalledVersion, type ApiVersion } from '../../api/http/api-version.decorator.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { UserDirectory } from '../../users/user-directory.service.js';
import { wantsData } from '../dto/get-data.query.js';
import { TenantRolesV3, UserTenantRolesV3, UserV3, UserV31 } from './dto/user-v3.js';
import { USER_EXAMPLES } from './dto/user.examples.js';
import { UserQuery } from './dto/user-list.query.js';
import { toUserV3 } from './user.mapper.js';

@Controller(['api/v3/user', 'api/v3.1/user'])
@ApiTags('Users')
@ApiExtraModels(TenantRolesV3, UserTenantRolesV3)
export class CurrentUserController {
  constructor(private readonly directory: UserDirectory) {}

  @Get()
  @InstallationRoute('user_get_self', 'user.read_self', {
    id: 'readCurrentUser',
    summary: 'Read the calling user',
    description: 'Returns the user whose password or token the request is sent with.',
    answer: { v3: UserV3, 'v3.1': UserV31 },
    example: USER_EXAMPLES.readSelf,
    duringMaintenance: true,
  })
  async read(
    @CurrentPrincipal() { username }: Principal,
    @Query() query: UserQuery,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    return toUserV3(await this.directory.find(username), wantsData(query), version);
  }
}
