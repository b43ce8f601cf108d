import { Inject, Injectable } from '@nestjs/common';
import { newEvent, type AuditEvent } from '../../audit/audit-event.js';
import { Refusal } from '../../audit/refusal.js';
import { DomainError } from '../../common/domain-error.js';
import { maskTokens } from '../../common/mask-tokens.js';
import { nameProblem } from '../../common/names/resource-name.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { administers } from '../secret-access.js';
import { SecretSealer } from '../secret-sealer.js';
import type { StoredSecret } from '../secret.js';
import { SecretsRepository } from '../secrets.repository.js';
import {
  badNewKey,
  MOST_MOVED,
  MOST_MOVED_BYTES,
  MOST_MOVED_VERSIONS,
  nothingMoved,
  nothingToMove,
  samePrefix,
  tooManyToMove,
  tooManyVersionsToMove,
  tooMuchToMove,
} from './move-errors.js';
import { refusalOfKey, refusalOfMove } from './move-secret.js';
import {
  MovedSecretsRepository,
  type BulkMove,
  type BulkMoveRules,
  type MoveProblem,
  type MoveSize,
} from './moved-secrets.repository.js';
import { requireCreate } from './require-create.js';

export interface BulkMoveInput {
  readonly fromPrefix: string;
  readonly toPrefix: string;
  /** True to change nothing, and only tell what would move and what stands in the way. */
  readonly dryRun: boolean;
}

/** Moves the secrets of a prefix to another prefix: all that the caller sees, or none. */
@Injectable()
export class MoveByPrefix {
  constructor(
    @Inject(MovedSecretsRepository) private readonly moved: MovedSecretsRepository,
    @Inject(SecretsRepository) private readonly secrets: SecretsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
  ) {}

  /**
   * Secrets that are private to others are left alone, as if they were not there.
   * @throws Forbidden, NotFound, Conflict, BadParameters, TooCostly; nothing was moved then
   */
  async run(tenant: TenantContext, input: BulkMoveInput): Promise<BulkMove> {
    const { fromPrefix, toPrefix, dryRun } = input;
    const event = newEvent('secret.bulk_move', tenant.caller, {
      detail: {
        from_prefix: maskTokens(fromPrefix),
        to_prefix: maskTokens(toPrefix),
        dry_run: String(dryRun),
      },
    });
    await requireCreate(this.secrets, tenant, event);
    if (fromPrefix === toPrefix) {
      const refusal = new Refusal('refused', samePrefix());
      await this.secrets.recordRefusal(tenant, event, refusal);
      throw refusal.error;
    }
    const outcome = await this.moved.moveAll(tenant, this.rulesOf(tenant, input, event), event.id);
    if (outcome instanceof Refusal) throw outcome.error;
    return outcome;
  }

  private rulesOf(
    tenant: TenantContext,
    { fromPrefix, toPrefix, dryRun }: BulkMoveInput,
    event: AuditEvent<'secret.bulk_move'>,
  ): BulkMoveRules {
    return {
      prefix: { text: fromPrefix, includesPrivate: administers(tenant) },
      dryRun,
      mostSecrets: MOST_MOVED,
      newKeyOf: (key) => `${toPrefix}${key.slice(fromPrefix.length)}`,
      refusalOf: (current, newKey) => Promise.resolve(refusalOf(tenant, current, newKey)),
      refusalOfKey,
      refusalOfSize: (size) => refusalOfSize(fromPrefix, size),
      refusalOfAll,
      reseal: (current, newKey) => this.sealer.resealFor(newKey, current),
      resealVersion: (version, newKey) => this.sealer.resealVersionFor(newKey, version),
      eventOf: ({ key, newKey }) => {
        const detail = { new_key: maskTokens(newKey), bulk_move: event.id };
        return newEvent('secret.move', tenant.caller, { key, detail });
      },
      ended: (refusal, secrets, errors) => ({
        ...event,
        outcome: refusal?.outcome ?? 'ok',
        detail: { ...event.detail, secrets: String(secrets), errors: String(errors) },
      }),
    };
  }
}

function refusalOf(tenant: TenantContext, current: StoredSecret, newKey: string): Refusal | undefined {
  const problem = nameProblem(newKey);
  return (
    refusalOfMove(tenant, current) ??
    (problem === undefined ? undefined : new Refusal('refused', badNewKey(current.key, problem)))
  );
}

function refusalOfSize(prefix: string, { secrets, versions, bytes }: MoveSize): Refusal | undefined {
  if (secrets === 0) return new Refusal('not_found', nothingToMove(prefix));
  if (secrets > MOST_MOVED) return new Refusal('refused', tooManyToMove(prefix));
  if (versions > MOST_MOVED_VERSIONS) return new Refusal('refused', tooManyVersionsToMove(prefix));
  return bytes > MOST_MOVED_BYTES ? new Refusal('refused', tooMuchToMove(prefix)) : undefined;
}

/** Returns the refusal of the whole by the first problem; want of rights comes first. */
function refusalOfAll(problems: readonly MoveProblem[]): Refusal {
  const gravest = problems.find(({ refusal }) => refusal.outcome === 'forbidden') ?? problems[0];
  if (gravest === undefined) throw new Error('A refusal without a problem');
  const { outcome, error } = gravest.refusal;
  const message = nothingMoved(gravest, problems.length - 1);
  return new Refusal(outcome, new DomainError(error.code, error.status, message));
}
