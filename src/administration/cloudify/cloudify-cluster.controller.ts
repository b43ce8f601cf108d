import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { listEnvelope } from '../../api/lists/list-envelope.js';
import { EmptyList } from '../../api/lists/empty-list.js';
import { InstallationApi } from '../../api/openapi/open-api.js';
import { PageQuery } from '../../api/lists/paging.js';
import { NotFound } from '../../common/errors.js';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';

const PATHS = ['managers', 'brokers', 'db-nodes'].flatMap((name) => [`api/v3/${name}`, `api/v3.1/${name}`]);

/** What `cfy profiles use` asks of a cluster: there is none. */
@Controller()
@ApiTags('Installation')
@InstallationApi()
export class CloudifyClusterController {
  @Get(PATHS)
  @RequireInstallationPermission('status_get', 'cluster.list', { duringMaintenance: true })
  @ApiOperation({ summary: 'The parts of a cluster: none' })
  @ApiOkResponse({ type: EmptyList })
  list(@Query() { _size: size, _offset: offset }: PageQuery): EmptyList {
    return listEnvelope<never>([], { total: 0, size, offset });
  }

  @Get(['api/v3/provider/context', 'api/v3.1/provider/context'])
  @RequireInstallationPermission('status_get', 'provider_context.read', { duringMaintenance: true })
  @ApiOperation({ summary: 'Always 404: nothing here was bootstrapped by a provider' })
  @ApiOkResponse({ type: EmptyList, description: 'Never' })
  providerContext(): never {
    throw new NotFound('Requested `ProviderContext` was not found');
  }
}
