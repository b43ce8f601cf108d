import { Controller, Get } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { Readiness } from '../../api/http/readiness.js';
import { flagOf } from '../../api/input/is-flag.decorator.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { STATUS_EXAMPLES } from './dto/status.examples.js';
import { ServiceStatusV31, StatusQuery, StatusV3, StatusV31 } from './dto/status-v3.js';

const SERVICE = 'Strongroom';
const DATABASE = 'PostgreSQL';

/** Answers the status requests of `cfy status` and `cfy profiles use`. */
@Controller()
@ApiTags('Installation')
@ApiExtraModels(ServiceStatusV31)
export class StatusController {
  constructor(private readonly readiness: Readiness) {}

  @Get('api/v3/status')
  @InstallationRoute('status_get', 'status.read', {
    id: 'readStatus',
    summary: 'Read the status',
    description: 'Tells whether the service and its database can serve requests.',
    example: STATUS_EXAMPLES.statusV3,
    answer: StatusV3,
    duringMaintenance: true,
  })
  async readV3(@Query() _query: StatusQuery): Promise<StatusV3> {
    const { service, database } = await this.readiness.parts();
    return {
      status: 'running',
      services: [
        { display_name: SERVICE, instances: [{ state: service ? 'running' : 'down' }] },
        { display_name: DATABASE, instances: [{ state: database ? 'running' : 'down' }] },
      ],
    };
  }

  @Get('api/v3.1/status')
  @InstallationRoute('status_get', 'status.read', {
    id: 'readStatus',
    summary: 'Read the status',
    description:
      'Tells whether the service and its database can serve requests. With `summary` the answer is empty.',
    example: STATUS_EXAMPLES.status,
    answer: StatusV31,
    duringMaintenance: true,
  })
  async readV31(@Query() { summary }: StatusQuery): Promise<StatusV31> {
    if (flagOf(summary) === true) return {};
    const { service, database } = await this.readiness.parts();
    return {
      status: service && database ? 'OK' : 'Fail',
      services: { [SERVICE]: serviceStatus(service), [DATABASE]: serviceStatus(database) },
    };
  }
}

function serviceStatus(isActive: boolean): ServiceStatusV31 {
  return { status: isActive ? 'Active' : 'Inactive', is_remote: false, extra_info: {} };
}
