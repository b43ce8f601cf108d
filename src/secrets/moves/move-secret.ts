import { Inject, Injectable } from '@nestjs/common';
import type { Conditions } from '../../api/conditions/conditions.js';
import { newEvent } from '../../audit/audit-event.js';
import { Refusal } from '../../audit/refusal.js';
import { maskTokens } from '../../common/mask-tokens.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { changedSecret, shown } from '../changed-secret.js';
import { existsAlready } from '../secret-errors.js';
import { SecretPreconditions } from '../secret-preconditions.js';
import { SecretSealer } from '../secret-sealer.js';
import type { OpenedSecret, StoredSecret } from '../secret.js';
import { SecretsRepository } from '../secrets.repository.js';
import { refusalOfGlobal, refusalOfTouch } from '../update-secret.js';
import {
  mayNotMoveGlobal,
  MOST_MOVED_BYTES,
  newKeyElsewhere,
  newKeyTaken,
  sameKey,
  tooMuchHistoryToMove,
} from './move-errors.js';
import {
  MovedSecretsRepository,
  type KeyConflict,
  type KeyPair,
  type MoveRules,
} from './moved-secrets.repository.js';
import { requireCreate } from './require-create.js';

/** Moves a secret to another key of its tenant. */
@Injectable()
export class MoveSecret {
  constructor(
    @Inject(MovedSecretsRepository) private readonly moved: MovedSecretsRepository,
    @Inject(SecretsRepository) private readonly secrets: SecretsRepository,
    @Inject(SecretPreconditions) private readonly preconditions: SecretPreconditions,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
  ) {}

  /**
   * Gives a secret another key, and returns it without its value, which the caller need not be allowed to read.
   * @param conditions of the secret; `If-None-Match: *` is of the new key
   * @throws Forbidden, NotFound, Conflict, BadParameters, IllegalAction, PreconditionFailed, PreconditionRequired
   */
  async run(tenant: TenantContext, keys: KeyPair, conditions: Conditions): Promise<OpenedSecret> {
    const { key, newKey } = keys;
    const event = newEvent('secret.move', tenant.caller, { key, detail: { new_key: maskTokens(newKey) } });
    await requireCreate(this.secrets, tenant, event);
    if (newKey === key) {
      const refusal = new Refusal('refused', sameKey());
      await this.secrets.recordRefusal(tenant, event, refusal);
      throw refusal.error;
    }
    const rules = this.rulesOf(tenant, key, conditions);
    const outcome = await this.moved.move(tenant, keys, rules, event);
    return shown(changedSecret(key, outcome, conditions), undefined);
  }

  private rulesOf(tenant: TenantContext, key: string, conditions: Conditions): MoveRules {
    const { ifMatch, ifNoneMatch } = conditions;
    const createsOnly = ifNoneMatch === '*';
    const ofSecret = createsOnly ? { ifMatch } : conditions;
    return {
      refusalOf: (current) =>
        this.preconditions.refusal(tenant, current, ofSecret, refusalOfMove(tenant, current)),
      refusalOfKey: (newKey, conflict) =>
        createsOnly
          ? new Refusal('precondition_failed', existsAlready(newKey))
          : refusalOfKey(newKey, conflict),
      refusalOfSize: ({ bytes }) =>
        bytes > MOST_MOVED_BYTES ? new Refusal('refused', tooMuchHistoryToMove(key)) : undefined,
      reseal: (current, newKey) => this.sealer.resealFor(newKey, current),
      resealVersion: (version, newKey) => this.sealer.resealVersionFor(newKey, version),
    };
  }
}

/** Returns why the caller may not move a secret: a global one gets a new key in all tenants. */
export function refusalOfMove(tenant: TenantContext, current: StoredSecret): Refusal | undefined {
  const isBarred = current.visibility === 'global' && refusalOfGlobal(tenant) !== undefined;
  return (
    refusalOfTouch(tenant, current) ??
    (isBarred ? new Refusal('forbidden', mayNotMoveGlobal(current.key)) : undefined)
  );
}

/** Returns the refusal of a key that a secret cannot get. */
export function refusalOfKey(newKey: string, conflict: KeyConflict): Refusal {
  const error = conflict === 'key_elsewhere' ? newKeyElsewhere(newKey) : newKeyTaken(newKey);
  return new Refusal('conflict', error);
}
