import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiErrors } from '../../api/openapi/open-api.js';
import { Public } from '../../auth/public.decorator.js';
import { Signpost } from './dto/signpost.js';

const SIGNPOST: Signpost = {
  service: 'Strongroom',
  description: 'keeps the secrets of many tenants',
  documents: '/api/docs',
  openapi: '/api/docs-json',
  secrets: '/api/v3.1/secrets',
  health: '/health/ready',
};

const WHAT: readonly (readonly [path: string, what: string])[] = [
  [SIGNPOST.documents, 'the API, to read and to try'],
  [SIGNPOST.openapi, 'the same as an OpenAPI document'],
  [SIGNPOST.secrets, 'the secrets; needs a login (Basic) and the header `tenant`'],
  [SIGNPOST.health, 'whether requests can be served'],
];

const TEXT = `${SIGNPOST.service}: ${SIGNPOST.description}.

${WHAT.map(([path, what]) => `${path.padEnd(20)}${what}\n`).join('')}`;

/** Says at the root what this is and where to go. Tells nothing that an address of its own protects, such as the version. */
@Controller()
@ApiTags('Installation')
export class RootController {
  @Get()
  @Public()
  @ApiOperation({ summary: 'Read what this service is and where to go' })
  @ApiExtraModels(Signpost)
  @ApiOkResponse({
    description: 'JSON, or text for a browser',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(Signpost) } },
      'text/plain': { schema: { type: 'string' } },
    },
  })
  @ApiErrors(500)
  root(
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Signpost | string {
    reply.header('Vary', [reply.getHeader('Vary'), 'Accept'].filter(Boolean).join(', '));
    if (!prefersText(accept)) return SIGNPOST;
    reply.type('text/plain; charset=utf-8');
    return TEXT;
  }
}

/** Tells a browser from a client of the API, which asks for JSON, for anything or for nothing. */
function prefersText(accept = ''): boolean {
  return accept.includes('text/') && !accept.includes('application/json');
}
