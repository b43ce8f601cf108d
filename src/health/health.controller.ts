import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Readiness } from '../api/http/readiness.js';
import { ApiErrors } from '../api/openapi/api-errors.decorator.js';
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

const OK = { type: HealthStatus, description: 'Success.', example: { status: 'ok' } };

/** Answers the probes of load balancers and orchestrators. */
@Controller('health')
@ApiTags('Health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @Public()
  @ApiOperation({
    operationId: 'checkLive',
    summary: 'Check that the process runs',
    description: 'Answers as long as the process runs, whatever the state of the database.',
  })
  @ApiOkResponse(OK)
  @ApiErrors(500)
  live(): HealthStatus {
    return { status: 'ok' };
  }

  @Get('startup')
  @Public()
  @ApiOperation({
    operationId: 'checkStartup',
    summary: 'Check that the start is over',
    description: 'Answers once the start is over; until then nothing listens on this port.',
  })
  @ApiOkResponse(OK)
  @ApiErrors(500)
  startup(): HealthStatus {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @ApiOperation({
    operationId: 'checkReady',
    summary: 'Check that requests can be served',
    description: 'Answers 200 while requests should be sent to this replica, and 503 while not.',
  })
  @ApiOkResponse(OK)
  @ApiErrors(500, new NotReady())
  async ready(): Promise<HealthStatus> {
    if (!(await this.readiness.isReady())) throw new NotReady();
    return { status: 'ok' };
  }
}
