import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiErrors } from '../../api/openapi/api-errors.decorator.js';
import { Public } from '../../auth/public.decorator.js';
import { ServiceAddresses } from './dto/service-addresses.js';

const ADDRESSES: ServiceAddresses = {
  service: 'Strongroom',
  description: 'keeps the secrets of many tenants',
  documents: '/api/docs',
  openapi: '/api/docs-json',
  secrets: '/api/v3.1/secrets',
  health: '/health/ready',
};

const WHAT: readonly (readonly [path: string, what: string])[] = [
  [ADDRESSES.documents, 'the API, to read and to try'],
  [ADDRESSES.openapi, 'the same as an OpenAPI document'],
  [ADDRESSES.secrets, 'the secrets; needs a login (Basic) and the header `tenant`'],
  [ADDRESSES.health, 'whether requests can be served'],
];

const TEXT = `${ADDRESSES.service}: ${ADDRESSES.description}.

${WHAT.map(([path, what]) => `${path.padEnd(20)}${what}\n`).join('')}`;

/**
 * Says at the root what this is and where to go. Tells nothing that an address of its own protects, such as the
 * version.
 */
@Controller()
@ApiTags('Installation')
export class RootController {
  @Get()
  @Public()
  @ApiOperation({
    operationId: 'readAddresses',
    summary: 'Read what this service is',
    description: 'Says what this service is and which addresses to go to, in text for a browser.',
  })
  @ApiExtraModels(ServiceAddresses)
  @ApiOkResponse({
    description: 'JSON, or text for a browser.',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ServiceAddresses) }, example: ADDRESSES },
      'text/plain': { schema: { type: 'string' }, example: TEXT },
    },
  })
  @ApiErrors(500)
  root(
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ServiceAddresses | string {
    reply.header('Vary', [reply.getHeader('Vary'), 'Accept'].filter(Boolean).join(', '));
    if (!prefersText(accept)) return ADDRESSES;
    reply.type('text/plain; charset=utf-8');
    return TEXT;
  }
}

/** Tells a browser from a client of the API, which asks for JSON, for anything or for nothing. */
function prefersText(accept = ''): boolean {
  return accept.includes('text/') && !accept.includes('application/json');
}
