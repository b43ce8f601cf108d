import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../auth/public.decorator.js';
import { DatabaseHealth } from '../../database/connection/database-health.js';

/** Answers the health checks of load balancers that were set up for a Cloudify Manager. */
@Controller(['api/v3/ok', 'api/v3.1/ok'])
@ApiTags('Health')
export class OkController {
  constructor(private readonly database: DatabaseHealth) {}

  @Get()
  @Public()
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'Check that requests can be served' })
  @ApiOkResponse({ schema: { type: 'string', enum: ['OK'] } })
  @ApiResponse({
    status: 500,
    description: 'Requests cannot be served',
    schema: { type: 'string', enum: ['FAIL'] },
  })
  async ok(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const isReachable = await this.database.isReachable();
    reply.status(isReachable ? 200 : 500);
    return JSON.stringify(isReachable ? 'OK' : 'FAIL');
  }
}
