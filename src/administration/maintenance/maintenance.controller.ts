import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Post } from '../../api/routes/changes.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { formatTime } from '../../api/time-format.js';
import type { Principal } from '../../auth/principal.js';
import { BadParameters } from '../../common/errors.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { MAINTENANCE_EXAMPLES } from './dto/maintenance.examples.js';
import { MaintenanceV3 } from './dto/maintenance-v3.js';
import { MaintenanceMode, type ActiveMaintenance } from './maintenance-mode.js';

const ACTION = {
  name: 'action',
  schema: { type: 'string', enum: ['activate', 'deactivate'] },
  description: 'What to do',
};

const UNKNOWN_ACTION = new BadParameters(
  'What to do with maintenance mode must be `activate` or `deactivate`',
);

@Controller(['api/v3/maintenance', 'api/v3.1/maintenance'])
@ApiTags('Installation')
export class MaintenanceController {
  constructor(private readonly mode: MaintenanceMode) {}

  @Get()
  @InstallationRoute('maintenance_mode_get', 'maintenance.read', {
    id: 'readMaintenance',
    summary: 'Read the maintenance mode',
    description: 'Tells whether maintenance mode is on, and since when by whom.',
    example: MAINTENANCE_EXAMPLES.read,
    answer: MaintenanceV3,
    duringMaintenance: true,
  })
  async read(): Promise<MaintenanceV3> {
    return toMaintenanceV3(await this.mode.read());
  }

  @Post(':action')
  @InstallationRoute('maintenance_mode_set', 'maintenance.set', {
    id: 'setMaintenance',
    summary: 'Turn maintenance mode on or off',
    description:
      'In maintenance mode every replica refuses all requests but those for tokens, status, version, configuration, the ' +
      'calling user and the mode itself. An answer 304 means that it is so already.',
    example: MAINTENANCE_EXAMPLES.set,
    errors: [UNKNOWN_ACTION],
    parameters: [ACTION],
    answer: MaintenanceV3,
    duringMaintenance: true,
  })
  @ApiResponse({ status: 304, description: 'The mode is so already.' })
  async set(
    @CurrentPrincipal() { caller }: Principal,
    @Param('action') action: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MaintenanceV3 | undefined> {
    if (action !== 'activate' && action !== 'deactivate') throw UNKNOWN_ACTION;
    if (await this.mode.set(action, caller)) return toMaintenanceV3(await this.mode.read());
    reply.status(304);
    return undefined;
  }
}

/** Describes the mode as clients expect it. It is active from the moment of the request, since it waits for nothing. */
function toMaintenanceV3(active: ActiveMaintenance | undefined): MaintenanceV3 {
  const since = active === undefined ? '' : formatTime(active.activatedAt);
  return {
    status: active === undefined ? 'deactivated' : 'activated',
    activated_at: since,
    activation_requested_at: since,
    remaining_executions: active === undefined ? null : [],
    requested_by: active?.activatedBy ?? '',
  };
}
