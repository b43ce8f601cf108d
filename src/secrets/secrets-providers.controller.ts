import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Query } from '../api/input/query.decorator.js';
import { listEnvelope } from '../api/lists/list-envelope.js';
import { EmptyList } from '../api/lists/empty-list.js';
import { TenantApi } from '../api/openapi/open-api.js';
import { PageQuery } from '../api/lists/paging.js';
import { RequirePermission } from '../tenant-scope/require-permission.decorator.js';
import { providerNotFound } from './secret-errors.js';

/** Other stores that values could come from: there are none. Who may list secrets may know. */
@Controller(['api/v3/secrets-providers', 'api/v3.1/secrets-providers'])
@ApiTags('Secrets')
@TenantApi()
export class SecretsProvidersController {
  @Get()
  @RequirePermission('secret_list', 'secrets_provider.list')
  @ApiOperation({ summary: 'The providers of secrets: none' })
  @ApiOkResponse({ type: EmptyList })
  list(@Query() { _size: size, _offset: offset }: PageQuery): EmptyList {
    return listEnvelope<never>([], { total: 0, size, offset });
  }

  @Get(':name')
  @RequirePermission('secret_list', 'secrets_provider.read')
  @ApiOperation({ summary: 'Always 404: there are no providers' })
  @ApiOkResponse({ type: EmptyList, description: 'Never' })
  read(@Param('name') name: string): never {
    throw providerNotFound(name);
  }
}
