import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../auth/public.decorator.js';
import { Readiness } from '../../api/http/readiness.js';

/** Answers the health checks of load balancers that were set up for a Cloudify Manager. */
@Controller(['api/v3/ok', 'api/v3.1/ok'])
@ApiTags('Health')
export class OkController {
  constructor(private readonly readiness: Readiness) {}

  @Get()
  @Public()
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({
    operationId: 'checkOk',
    summary: 'Check that requests can be served',
    description: 'Answers load balancers that were set up for a Cloudify Manager; others use `checkReady`.',
  })
  @ApiOkResponse({ description: 'Success.', schema: { type: 'string', enum: ['OK'] }, example: 'OK' })
  @ApiResponse({
    status: 500,
    description: 'Requests cannot be served.',
    schema: { type: 'string', enum: ['FAIL'] },
    example: 'FAIL',
  })
  async ok(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const isReady = await this.readiness.isReady();
    reply.status(isReady ? 200 : 500);
    return JSON.stringify(isReady ? 'OK' : 'FAIL');
  }
}
