import { Inject, Injectable } from '@nestjs/common';
import type { Conditions } from '../../api/conditions/conditions.js';
import { newEvent } from '../../audit/audit-event.js';
import { Refusal } from '../../audit/refusal.js';
import { NotFound, PreconditionRequired } from '../../common/errors.js';
import type { TenantContext } from '../../common/tenant-context.js';
import type { Page } from '../../database/page-request.js';
import { TrashDays } from '../../tenants/trash-days.js';
import { SecretPreconditions } from '../secret-preconditions.js';
import type { TrashedSecret } from '../secret.js';
import { refusalOfTouch } from '../update-secret.js';
import type { TrashListOptions } from './trash-columns.js';
import {
  globalKeyTaken,
  ifMatchRequiredInTrash,
  keyTaken,
  nothingToMatchInTrash,
  notInTrash,
} from './trash-errors.js';
import { TrashRepository, type DecideTrashed, type TrashOutcome } from './trash.repository.js';

/** Holds a secret in the trash with the end of its term. */
export interface KeptSecret extends TrashedSecret {
  readonly keptUntil: Date;
}

/** Applies the rules of the trash, which are those of the living secret. Each method commits its event before it answers. */
@Injectable()
export class TrashService {
  constructor(
    @Inject(TrashRepository) private readonly trash: TrashRepository,
    @Inject(SecretPreconditions) private readonly preconditions: SecretPreconditions,
    @Inject(TrashDays) private readonly days: TrashDays,
  ) {}

  /** Lists what the caller sees in the trash of the tenant, without values. */
  async list(tenant: TenantContext, options: TrashListOptions): Promise<Page<KeptSecret>> {
    const { items, total } = await this.trash.list(tenant, options, newEvent('trash.list', tenant.caller));
    return { items: items.map((secret) => this.kept(secret)), total };
  }

  /**
   * Restores a secret under its key. The caller becomes the owner of what a deleted user owned.
   * @throws NotFound, Forbidden, Conflict, PreconditionFailed, PreconditionRequired
   */
  async restore(tenant: TenantContext, id: string, conditions: Conditions): Promise<TrashedSecret> {
    const event = newEvent('secret.restore', tenant.caller, { secretId: id });
    const decide = this.decision(tenant, conditions);
    return doneWith(id, await this.trash.restore(tenant, id, decide, event), conditions);
  }

  /**
   * Destroys a secret.
   * @throws NotFound, Forbidden, PreconditionFailed, PreconditionRequired
   */
  async purge(tenant: TenantContext, id: string, conditions: Conditions): Promise<void> {
    const event = newEvent('secret.purge', tenant.caller, { secretId: id });
    const decide = this.decision(tenant, conditions);
    doneWith(id, await this.trash.purge(tenant, id, decide, event), conditions);
  }

  /** Decides by the rights that a change of the living secret needs. Does not name the key of what the caller does not see. */
  private decision(tenant: TenantContext, conditions: Conditions): DecideTrashed {
    return async (current) => {
      const byRights = refusalOfTouch(tenant, current);
      if (byRights?.error instanceof NotFound)
        return new Refusal(byRights.outcome, absence(current.id, conditions));
      const refusal = await this.preconditions.refusal(tenant, current, conditions, byRights);
      return refusal?.error instanceof PreconditionRequired
        ? new Refusal(refusal.outcome, ifMatchRequiredInTrash(current.id, tenant.tenantName))
        : refusal;
    };
  }

  private kept(secret: TrashedSecret): KeptSecret {
    return { ...secret, keptUntil: this.days.endOf(secret.deletedAt, secret.trashDays) };
  }
}

function absence(id: string, { ifMatch }: Conditions): NotFound | ReturnType<typeof nothingToMatchInTrash> {
  return ifMatch === undefined ? notInTrash(id) : nothingToMatchInTrash(id);
}

/**
 * Returns the secret that has left the trash.
 * @throws the error of any other outcome
 */
function doneWith(id: string, outcome: TrashOutcome, conditions: Conditions): TrashedSecret {
  switch (outcome.kind) {
    case 'done':
      return outcome.secret;
    case 'absent':
      throw absence(id, conditions);
    case 'taken':
      throw keyTaken(outcome.secret.key);
    case 'elsewhere':
      throw globalKeyTaken(outcome.secret.key);
    case 'refused':
      throw outcome.error;
  }
}
