import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Query } from '../api/input/query.decorator.js';
import { EmptyList } from '../api/lists/empty-list.js';
import { listEnvelope } from '../api/lists/list-envelope.js';
import { listOf } from '../api/openapi/examples.js';
import { PageQuery } from '../api/lists/paging.js';
import { TenantRoute } from '../api/routes/tenant-route.decorator.js';
import { providerNotFound } from './secret-errors.js';

const NAME = {
  name: 'name',
  schema: { type: 'string' },
  description: 'The name of a provider',
  example: 'vault',
};

/** Serves other stores that values could come from: there are none. Who may list secrets may know. */
@Controller(['api/v3/secrets-providers', 'api/v3.1/secrets-providers'])
@ApiTags('Cloudify stand-ins')
export class SecretsProvidersController {
  @Get()
  @TenantRoute('secret_list', 'secrets_provider.list', {
    id: 'listSecretsProviders',
    summary: 'List the providers of secrets',
    description: 'Always empty: Strongroom takes values from no other store.',
    example: { answer: listOf() },
    answer: EmptyList,
  })
  list(@Query() { _size: size, _offset: offset }: PageQuery): EmptyList {
    return listEnvelope<never>([], { total: 0, size, offset });
  }

  @Get(':name')
  @TenantRoute('secret_list', 'secrets_provider.read', {
    id: 'readSecretsProvider',
    summary: 'Read a provider of secrets',
    description: 'Always 404, since there are no providers.',
    parameters: [NAME],
    succeeds: false,
    errors: [providerNotFound('vault')],
  })
  read(@Param('name') name: string): never {
    throw providerNotFound(name);
  }
}
