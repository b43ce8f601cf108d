import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { listEnvelope } from '../../api/lists/list-envelope.js';
import { EmptyList } from '../../api/lists/empty-list.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { PageQuery } from '../../api/lists/paging.js';
import { NotFound } from '../../common/errors.js';

const PATHS = ['managers', 'brokers', 'db-nodes'].flatMap((name) => [`api/v3/${name}`, `api/v3.1/${name}`]);

/** Answers the cluster requests of `cfy profiles use`: there is no cluster. */
@Controller()
@ApiTags('Installation')
export class CloudifyClusterController {
  @Get(PATHS)
  @InstallationRoute('status_get', 'cluster.list', {
    summary: 'List the nodes of the cluster; always empty',
    answer: EmptyList,
    duringMaintenance: true,
  })
  list(@Query() { _size: size, _offset: offset }: PageQuery): EmptyList {
    return listEnvelope<never>([], { total: 0, size, offset });
  }

  @Get(['api/v3/provider/context', 'api/v3.1/provider/context'])
  @InstallationRoute('status_get', 'provider_context.read', {
    summary: 'Always 404: there is no provider context',
    answer: EmptyList,
    duringMaintenance: true,
  })
  providerContext(): never {
    throw new NotFound('Requested `ProviderContext` was not found');
  }
}
