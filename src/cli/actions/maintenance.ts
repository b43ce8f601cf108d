import {
  MaintenanceMode,
  type MaintenanceAction,
} from '../../administration/maintenance/maintenance-mode.js';
import { commandName } from '../../common/command-name.js';
import type { Call } from '../commands/command-spec.js';
import { done, record, type Output } from '../output/output.js';
import { withServices } from '../with-services.js';

export function showMaintenance({ io }: Call): Promise<Output> {
  return withServices(io, async (services) => {
    const active = await services.get(MaintenanceMode).read();
    const on = active !== undefined;
    const json = {
      maintenance: on,
      since: active?.activatedAt.toISOString() ?? null,
      by: active?.activatedBy ?? null,
    };
    const fields = [
      ['Maintenance', on ? 'on' : 'off'],
      ...(on
        ? [['Since', json.since] as const, ['By', json.by ?? 'an operator, with the command'] as const]
        : []),
    ] as const;
    return record(json, on ? 'on' : 'off', fields);
  });
}

export function beginMaintenance({ io }: Call): Promise<Output> {
  return set(io, 'activate', [`To end it:  ${commandName()} maintenance off`]);
}

export function endMaintenance({ io }: Call): Promise<Output> {
  return set(io, 'deactivate', []);
}

function set(io: Call['io'], action: MaintenanceAction, hints: readonly string[]): Promise<Output> {
  return withServices(io, async (services, caller) => {
    const changed = await services.get(MaintenanceMode).set(action, caller);
    const state = action === 'activate' ? 'on' : 'off';
    const sentence = `Maintenance mode is ${changed ? '' : 'already '}${state}`;
    return done(sentence, { maintenance: state === 'on', changed }, hints);
  });
}
