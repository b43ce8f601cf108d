import type { Command } from 'commander';
import type { MakeCommand } from './command-spec.js';
import { groupOf } from './make-command.js';

const load = () => import('../actions/maintenance.js');

export function maintenanceCommand(make: MakeCommand): Command {
  return groupOf(
    'maintenance',
    'maintenance mode, in which the service refuses nearly all requests, lists included',
    [
      make({
        name: 'status',
        summary: 'show whether the mode is on, since when and by whom',
        example: 'maintenance status',
        load: async () => (await load()).showMaintenance,
      }),
      make({
        name: 'on',
        summary: 'begin maintenance, on every replica with its next request',
        example: 'maintenance on',
        load: async () => (await load()).beginMaintenance,
      }),
      make({
        name: 'off',
        summary: 'end maintenance, on every replica with its next request',
        example: 'maintenance off',
        load: async () => (await load()).endMaintenance,
      }),
    ],
  );
}
