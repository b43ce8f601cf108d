import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Query } from '../api/input/query.decorator.js';
import { EmptyList } from '../api/lists/empty-list.js';
import { listEnvelope } from '../api/lists/list-envelope.js';
import { PageQuery } from '../api/lists/paging.js';
import { TenantRoute } from '../api/routes/tenant-route.decorator.js';
import { providerNotFound } from './secret-errors.js';

/** Serves other stores that values could come from: there are none. Who may list secrets may know. */
@Controller(['api/v3/secrets-providers', 'api/v3.1/secrets-providers'])
@ApiTags('Secrets')
export class SecretsProvidersController {
  @Get()
  @TenantRoute('secret_list', 'secrets_provider.list', {
    summary: 'The providers of secrets: none',
    answer: EmptyList,
  })
  list(@Query() { _size: size, _offset: offset }: PageQuery): EmptyList {
    return listEnvelope<never>([], { total: 0, size, offset });
  }

  @Get(':name')
  @TenantRoute('secret_list', 'secrets_provider.read', {
    summary: 'Always 404: there are no providers',
    answer: EmptyList,
  })
  read(@Param('name') name: string): never {
    throw providerNotFound(name);
  }
}
