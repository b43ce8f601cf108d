import { Controller, Get } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { flagOf } from '../../api/input/is-flag.decorator.js';
import { InstallationApi } from '../../api/openapi/open-api.js';
import { DatabaseHealth } from '../../database/database-health.js';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';
import { ServiceStatusV31, StatusQuery, StatusV3, StatusV31 } from './dto/status-v3.js';

const SERVICE = 'Strongroom';
const DATABASE = 'PostgreSQL';

/** What `cfy status` and `cfy profiles use` ask for. */
@Controller()
@ApiTags('Installation')
@ApiExtraModels(ServiceStatusV31)
@InstallationApi()
export class StatusController {
  constructor(private readonly database: DatabaseHealth) {}

  @Get('api/v3/status')
  @RequireInstallationPermission('status_get', 'status.read', { duringMaintenance: true })
  @ApiOperation({ summary: 'Whether the service and its database work' })
  @ApiOkResponse({ type: StatusV3 })
  async readV3(@Query() _query: StatusQuery): Promise<StatusV3> {
    const state = (await this.database.isReachable()) ? 'running' : 'down';
    return {
      status: 'running',
      services: [
        { display_name: SERVICE, instances: [{ state: 'running' }] },
        { display_name: DATABASE, instances: [{ state }] },
      ],
    };
  }

  @Get('api/v3.1/status')
  @RequireInstallationPermission('status_get', 'status.read', { duringMaintenance: true })
  @ApiOperation({ summary: 'Whether the service and its database work' })
  @ApiOkResponse({ type: StatusV31 })
  async readV31(@Query() { summary }: StatusQuery): Promise<StatusV31> {
    if (flagOf(summary) === true) return {};
    const isReachable = await this.database.isReachable();
    return {
      status: isReachable ? 'OK' : 'Fail',
      services: { [SERVICE]: serviceStatus(true), [DATABASE]: serviceStatus(isReachable) },
    };
  }
}

function serviceStatus(isActive: boolean): ServiceStatusV31 {
  return { status: isActive ? 'Active' : 'Inactive', is_remote: false, extra_info: {} };
}
