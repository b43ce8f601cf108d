import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { listEnvelope } from '../../api/lists/list-envelope.js';
import { EmptyList } from '../../api/lists/empty-list.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { PageQuery } from '../../api/lists/paging.js';
import { CLOUDIFY_EXAMPLES } from './dto/cloudify.examples.js';
import { NotFound } from '../../common/errors.js';

const NO_CONTEXT = new NotFound('Requested `ProviderContext` was not found');

function pathsOf(name: string): string[] {
  return [`api/v3/${name}`, `api/v3.1/${name}`];
}

/** Declares a route that lists nodes of a kind. */
function ClusterRoute(kind: string): MethodDecorator {
  return InstallationRoute('status_get', 'cluster.list', {
    id: `list${kind}`,
    summary: 'List nodes of the cluster',
    description: 'Always empty: there is no cluster. `cfy profiles use` asks for it.',
    answer: EmptyList,
    example: CLOUDIFY_EXAMPLES.nodes,
    duringMaintenance: true,
  });
}

function empty({ _size: size, _offset: offset }: PageQuery): EmptyList {
  return listEnvelope<never>([], { total: 0, size, offset });
}

/** Answers the cluster requests of `cfy profiles use`: there is no cluster. */
@Controller()
@ApiTags('Cloudify stand-ins')
export class CloudifyClusterController {
  @Get(pathsOf('managers'))
  @ClusterRoute('Managers')
  managers(@Query() query: PageQuery): EmptyList {
    return empty(query);
  }

  @Get(pathsOf('brokers'))
  @ClusterRoute('Brokers')
  brokers(@Query() query: PageQuery): EmptyList {
    return empty(query);
  }

  @Get(pathsOf('db-nodes'))
  @ClusterRoute('DatabaseNodes')
  databaseNodes(@Query() query: PageQuery): EmptyList {
    return empty(query);
  }

  @Get(['api/v3/provider/context', 'api/v3.1/provider/context'])
  @InstallationRoute('status_get', 'provider_context.read', {
    id: 'readProviderContext',
    summary: 'Read the provider context',
    description: 'Always 404, since there is none. `cfy profiles use` asks for it.',
    succeeds: false,
    errors: [NO_CONTEXT],
    duringMaintenance: true,
  })
  providerContext(): never {
    throw NO_CONTEXT;
  }
}
