import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../auth/public.decorator.js';
import { DatabasePulse } from './database-pulse.js';

/** For load balancers that were set up for a Cloudify Manager. */
@Controller(['api/v3/ok', 'api/v3.1/ok'])
@ApiTags('Health')
export class OkController {
  constructor(private readonly database: DatabasePulse) {}

  @Get()
  @Public()
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'Whether requests can be served' })
  @ApiOkResponse({ schema: { type: 'string', enum: ['OK'] } })
  @ApiResponse({ status: 500, description: 'They cannot', schema: { type: 'string', enum: ['FAIL'] } })
  async ok(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const isAlive = await this.database.isAlive();
    reply.status(isAlive ? 200 : 500);
    return JSON.stringify(isAlive ? 'OK' : 'FAIL');
  }
}
