import { Controller, Get } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { flagOf } from '../../api/input/is-flag.decorator.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { DatabaseHealth } from '../../database/connection/database-health.js';
import { ServiceStatusV31, StatusQuery, StatusV3, StatusV31 } from './dto/status-v3.js';

const SERVICE = 'Strongroom';
const DATABASE = 'PostgreSQL';

/** Answers the status requests of `cfy status` and `cfy profiles use`. */
@Controller()
@ApiTags('Installation')
@ApiExtraModels(ServiceStatusV31)
export class StatusController {
  constructor(private readonly database: DatabaseHealth) {}

  @Get('api/v3/status')
  @InstallationRoute('status_get', 'status.read', {
    summary: 'Read the status of the service and its database',
    answer: StatusV3,
    duringMaintenance: true,
  })
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
  @InstallationRoute('status_get', 'status.read', {
    summary: 'Read the status of the service and its database',
    answer: StatusV31,
    duringMaintenance: true,
  })
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
