import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Readiness } from '../api/http/readiness.js';
import { ApiErrors } from '../api/openapi/open-api.js';
import { Public } from '../auth/public.decorator.js';
import { DomainError } from '../common/domain-error.js';

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
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @Public()
  @ApiOperation({ summary: 'Whether the process runs' })
  @ApiOkResponse({ type: HealthStatus })
  @ApiErrors(500)
  live(): HealthStatus {
    return { status: 'ok' };
  }

  @Get('startup')
  @Public()
  @ApiOperation({ summary: 'Whether the start is over; until then nothing listens here' })
  @ApiOkResponse({ type: HealthStatus })
  @ApiErrors(500)
  startup(): HealthStatus {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @ApiOperation({ summary: 'Whether requests should be sent here' })
  @ApiOkResponse({ type: HealthStatus })
  @ApiErrors(500, 503)
  async ready(): Promise<HealthStatus> {
    if (!(await this.readiness.isReady())) throw new NotReady();
    return { status: 'ok' };
  }
}
