import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Drain } from '../api/http/drain.js';
import { ApiErrors } from '../api/openapi/open-api.js';
import { Public } from '../auth/public.decorator.js';
import { DomainError } from '../common/domain-error.js';
import { DatabaseHealth } from '../database/connection/database-health.js';

class HealthStatus {
  @ApiProperty({ type: String, enum: ['ok'] })
  status: 'ok';
}

/** Answers a probe; logged at `debug`, since probes come by all the time. */
class NotReady extends DomainError {
  constructor() {
    super('unavailable', 503, 'Not ready to serve requests', 'debug', { 'Retry-After': '2' });
  }
}

/** Answers the probes of load balancers and orchestrators. */
@Controller('health')
@ApiTags('Health')
export class HealthController {
  constructor(
    private readonly database: DatabaseHealth,
    private readonly drain: Drain,
  ) {}

  @Get('live')
  @Public()
  @ApiOperation({ summary: 'Whether the process runs' })
  @ApiOkResponse({ type: HealthStatus })
  @ApiErrors(500)
  live(): HealthStatus {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @ApiOperation({ summary: 'Whether requests should be sent here' })
  @ApiOkResponse({ type: HealthStatus })
  @ApiErrors(500, 503)
  async ready(): Promise<HealthStatus> {
    if (!(await isReady(this.database, this.drain))) throw new NotReady();
    return { status: 'ok' };
  }
}

/** Looks for a drain before and after the database is asked: it may begin in between. */
async function isReady(database: DatabaseHealth, drain: Drain): Promise<boolean> {
  const isReachable = drain.isDraining ? false : await database.isReachable();
  return isReachable && !drain.isDraining;
}
