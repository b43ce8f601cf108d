import type { AuditEvent } from '../../../audit/audit-event.js';
import type { Refusal } from '../../../audit/refusal.js';
import { Busy } from '../../../common/errors.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import { deadlineOfNow } from '../../../database/contention.js';
import type {
  CreateOutcome,
  Decide,
  Existing,
  NewSecret,
  SecretCreations,
  UpdateOutcome,
} from '../../secrets.repository.js';
import type { JointPlans, Plan, PlannedWrite } from './joint-plans.js';
import type { JointTransaction } from './joint-transaction.js';

/** Tells of a write that it was not made because of others. */
export class NotWritten extends Error {}

/** Holds a write that waits for the others. */
interface Joined {
  readonly plan: () => Promise<Plan>;
  step: Plan | { readonly kind: 'failed'; readonly error: unknown };
  readonly resolve: (outcome: CreateOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes the writes of one request together. Each is decided by the rules of a single one (`CreateSecret`), which stores
 * in a `JointPlace`; once all have arrived there, or failed, all are written in one transaction, or none. If a secret has
 * changed since it was looked up, its write is decided again.
 */
export class JointWrite {
  private readonly deadline = deadlineOfNow();
  private readonly joined: Joined[] = [];
  private readonly events: AuditEvent[] = [];
  private arrived = 0;

  /** @param count the number of writes, each of which takes a place */
  constructor(
    private readonly tenant: TenantContext,
    private readonly count: number,
    private readonly plans: JointPlans,
    private readonly transaction: JointTransaction,
  ) {}

  place(): JointPlace {
    return new JointPlace(this, this.plans);
  }

  /**
   * Waits until all writes are planned, and makes them.
   * @throws NotWritten if another one cannot be made
   * @throws Busy, Unavailable, Forbidden, Unauthorized as a single write does
   */
  async join(place: JointPlace, plan: () => Promise<Plan>): Promise<CreateOutcome> {
    const step = await plan();
    if (step.kind === 'settled') {
      this.fail(step.event);
      return step.outcome;
    }
    return new Promise((resolve, reject) => {
      this.joined.push({ plan, step, resolve, reject });
      place.arrive();
    });
  }

  /** Notes the event of a write that cannot be made. */
  fail(event: AuditEvent): void {
    this.events.push(event);
  }

  /** Notes that a write is planned, or has failed. */
  countArrival(): void {
    this.arrived += 1;
    if (this.arrived === this.count) void this.finish();
  }

  private async finish(): Promise<void> {
    try {
      if (this.joined.length < this.count) await this.refuse();
      else await this.write();
    } catch (error) {
      for (const { reject } of this.joined) reject(error);
    }
  }

  private async write(): Promise<void> {
    while (this.joined.every(({ step }) => step.kind === 'write')) {
      if (performance.now() > this.deadline) throw new Busy(TOO_LONG);
      const writes = this.joined.map(({ step }) => step as PlannedWrite);
      const answers = await this.transaction.write(this.tenant, writes, this.deadline);
      const outcomes = writes.map((write, place) => {
        const answer = answers[place];
        return answer && write.outcomeOf(answer);
      });
      if (answers.every(({ outcome }) => outcome === 'ok')) {
        this.resolveAll(outcomes);
        return;
      }
      const undone = this.joined.map(async (joined, place) => {
        if (answers[place]?.outcome === 'ok') return;
        joined.step = await nextStep(joined, writes[place]?.event, outcomes[place]);
      });
      await Promise.all(undone);
    }
    await this.refuse();
  }

  private resolveAll(outcomes: readonly (CreateOutcome | undefined)[]): void {
    for (const [place, { resolve, reject }] of this.joined.entries()) {
      const outcome = outcomes[place];
      if (outcome === undefined) reject(new Error('A write that was made has an outcome'));
      else resolve(outcome);
    }
  }

  /** Records of every write that it was not made, and tells each why. */
  private async refuse(): Promise<void> {
    const steps = this.joined.map(({ step }) => step);
    const events = steps.flatMap((step): AuditEvent[] => {
      if (step.kind === 'failed') return [];
      return [step.kind === 'settled' ? step.event : { ...step.event, outcome: 'refused' }];
    });
    await this.transaction.record(this.tenant, [...this.events, ...events]);
    for (const { step, resolve, reject } of this.joined)
      if (step.kind === 'settled') resolve(step.outcome);
      else reject(step.kind === 'failed' ? step.error : new NotWritten());
  }
}

const TOO_LONG =
  'The writes took too long together, and nothing was written; try again, or write fewer at once';

/** Returns what to do after a transaction in which a write was not made: what the outcome says, or a new plan. */
async function nextStep(
  { plan }: Joined,
  event: AuditEvent | undefined,
  outcome: CreateOutcome | undefined,
): Promise<Joined['step']> {
  if (outcome !== undefined && event !== undefined)
    return { kind: 'settled', outcome, event: { ...event, outcome: 'conflict' } };
  try {
    return await plan();
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** Stores what one creation decides on, together with the others of its request. */
export class JointPlace implements SecretCreations {
  private hasArrived = false;

  constructor(
    private readonly joint: JointWrite,
    private readonly plans: JointPlans,
  ) {}

  create(
    tenant: TenantContext,
    secret: NewSecret,
    event: AuditEvent,
    existing?: Existing,
  ): Promise<CreateOutcome> {
    return this.joint.join(this, () => this.plans.creation(tenant, secret, event, existing));
  }

  update(tenant: TenantContext, key: string, decide: Decide, event: AuditEvent): Promise<UpdateOutcome> {
    const outcome = this.joint.join(this, () => this.plans.update(tenant, key, decide, event));
    return outcome as Promise<UpdateOutcome>;
  }

  recordRefusal(_tenant: TenantContext, event: AuditEvent, { outcome }: Refusal): Promise<void> {
    this.joint.fail({ ...event, outcome });
    return Promise.resolve();
  }

  /** Notes that the write is planned or has failed; only the first time counts. */
  arrive(): void {
    if (this.hasArrived) return;
    this.hasArrived = true;
    this.joint.countArrival();
  }
}
