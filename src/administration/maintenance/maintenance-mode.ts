import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent } from '../../audit/audit-event.js';
import { appendEvent, SYSTEM_LOG } from '../../audit/audit-writer.js';
import type { Caller } from '../../common/tenant-context.js';
import { Lanes } from '../../database/lanes.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';

export type MaintenanceAction = 'activate' | 'deactivate';

/** Describes an active maintenance mode: its start and the user who started it. */
export interface ActiveMaintenance {
  readonly activatedAt: Date;
  readonly activatedBy: string | null;
}

const READ = `
  SELECT m.activated_at AS "activatedAt", u.username AS "activatedBy"
  FROM maintenance m LEFT JOIN users u ON u.id = m.activated_by WHERE m.activated_at IS NOT NULL`;

/** Takes the new state as $1 and the user's id as $2. */
const CHANGE = `
  UPDATE maintenance SET activated_at = CASE WHEN $1 THEN now() END, activated_by = CASE WHEN $1 THEN $2::uuid END
  WHERE (activated_at IS NOT NULL) <> $1::boolean`;

/**
 * Reads and sets the maintenance mode. It is one row, which is read together with every caller's identity, so each
 * replica applies a change to its next request.
 */
@Injectable()
export class MaintenanceMode {
  constructor(
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
  ) {}

  /** Returns the active maintenance mode; undefined when there is none. */
  async read(): Promise<ActiveMaintenance | undefined> {
    const statement = { name: 'maintenance', text: READ, values: [] };
    const [active] = await this.lanes.query<ActiveMaintenance>('reads', undefined, statement);
    return active;
  }

  /**
   * Activates or deactivates the mode, and records an event in either case.
   * @returns whether the mode changed
   */
  set(action: MaintenanceAction, caller: Caller): Promise<boolean> {
    const event = newEvent(`maintenance.${action}`, caller);
    const work = async (manager: EntityManager): Promise<boolean> => {
      const [, changed] = await manager.query<[unknown[], number]>(CHANGE, [
        action === 'activate',
        caller.actorId,
      ]);
      await appendEvent(manager, SYSTEM_LOG, { ...event, outcome: changed > 0 ? 'ok' : 'conflict' });
      return changed > 0;
    };
    return this.transaction.run(SYSTEM_LOG, event.id, work, {
      share: { group: caller.actorId ?? SYSTEM_LOG, member: '' },
    });
  }
}
