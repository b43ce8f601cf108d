import { TurnQueue, type Share } from './turn-queue.js';

export interface GateLimits {
  /** The amount of work that runs at once; where work has a weight, the sum of the weights. */
  readonly places: number;
  /** The places that one group may take; by default all but one, so that the next group never waits for its work. */
  readonly placesOfGroup?: number;
  /** The places that one member of a group may take; by default those of the group. */
  readonly placesOfMember?: number;
  readonly waiting: number;
  /** The work of one group that may wait; by default all. */
  readonly waitingOfGroup?: number;
  /** The work of one member that may wait; by default that of the group. */
  readonly waitingOfMember?: number;
  /** The time after which waiting work is refused. */
  readonly waitMilliseconds: number;
  /**
   * The time for which a group rests after its work, as a multiple of how long that took; by default none. Work of less
   * than 100 ms needs no rest. A group that rests has one place less; others are not kept waiting.
   */
  readonly rest?: number;
  /** The weight above which work leaves a quarter of the places to lighter work; by default none does. */
  readonly heavy?: number;
}

/** Tells why work was refused: too much of it waits, or it waited too long. */
export type GateRefusal = 'full' | 'late';

/** Describes what a gate does now, and has done since it was made. */
export interface GateGauge {
  readonly places: number;
  readonly running: number;
  readonly waiting: number;
  readonly admitted: number;
  /** The time that admitted work has waited, in seconds. */
  readonly waitedSeconds: number;
  readonly refused: Readonly<Record<GateRefusal, number>>;
}

interface Waiter {
  readonly weight: number;
  readonly settle: (refusal?: GateRefusal) => void;
}

/**
 * Limits how much work runs at once. Work that finds no place waits, for a bounded time and in a bounded queue in which
 * groups take turns, and members within a group.
 */
export class FairGate {
  private readonly queue = new TurnQueue<Waiter>();
  private readonly taken = new Map<string, number>();
  private readonly limits: Required<GateLimits>;
  private places = 0;
  private readonly refusals = { full: 0, late: 0 };
  private admitted = 0;
  private waitedMilliseconds = 0;

  /** @param refuse creates the error for work that is refused */
  constructor(
    limits: GateLimits,
    private readonly refuse: (refusal: GateRefusal) => Error,
  ) {
    const placesOfGroup = limits.placesOfGroup ?? Math.max(1, limits.places - 1);
    const waitingOfGroup = limits.waitingOfGroup ?? limits.waiting;
    this.limits = {
      placesOfMember: placesOfGroup,
      waitingOfMember: waitingOfGroup,
      heavy: Infinity,
      rest: 0,
      ...limits,
      placesOfGroup,
      waitingOfGroup,
    };
  }

  /** Returns the number of places that are taken. */
  get running(): number {
    return this.places;
  }

  get waiting(): number {
    return this.queue.size;
  }

  get gauge(): GateGauge {
    return {
      places: this.limits.places,
      running: this.places,
      waiting: this.queue.size,
      admitted: this.admitted,
      waitedSeconds: this.waitedMilliseconds / 1_000,
      refused: { ...this.refusals },
    };
  }

  /**
   * Runs `work` while it holds a place.
   * @param share names for whom; undefined for work that all share, which only `places` bounds
   * @param patienceMilliseconds limits the wait further
   * @throws the error of `refuse`; then `work` was not run
   */
  async hold<T>(
    share: Share | undefined,
    work: () => Promise<T>,
    patienceMilliseconds = Infinity,
  ): Promise<T> {
    const release = await this.take(share, 1, patienceMilliseconds);
    try {
      return await work();
    } finally {
      release();
    }
  }

  /**
   * Takes a place as `hold` does, for work that is not a promise.
   * @param weight the number of places that it takes: at most those of a group, or it never runs
   * @returns a function that gives the place back, to be called once
   */
  take(share: Share | undefined, weight = 1, patienceMilliseconds = Infinity): Promise<() => void> {
    const who = share ?? EVERYBODY;
    // Nothing that waits may run now, or it would have been admitted.
    if (this.mayRun(who, weight)) return Promise.resolve(this.occupy(who, weight));
    return this.wait(who, weight, Math.min(this.limits.waitMilliseconds, Math.max(0, patienceMilliseconds)));
  }

  private wait(share: Share, weight: number, milliseconds: number): Promise<() => void> {
    if (this.isFull(share)) return Promise.reject(this.refusal('full'));
    const since = performance.now();
    return new Promise((resolve, reject) => {
      const settle: Waiter['settle'] = (refusal) => {
        clearTimeout(timer);
        if (refusal === undefined) {
          this.waitedMilliseconds += performance.now() - since;
          resolve(this.occupy(share, weight));
        } else reject(this.refusal(refusal));
      };
      const waiter = { weight, settle };
      const timer = setTimeout(() => {
        this.queue.remove(share, waiter);
        settle('late');
      }, milliseconds).unref();
      this.queue.push(share, waiter);
    });
  }

  private isFull(share: Share): boolean {
    const { waiting, waitingOfGroup, waitingOfMember } = this.limits;
    if (this.queue.size >= waiting) return true;
    if (share === EVERYBODY) return false;
    return (
      this.queue.sizeOfGroup(share.group) >= waitingOfGroup ||
      this.queue.sizeOfMember(share) >= waitingOfMember
    );
  }

  private mayRun(share: Share, weight: number): boolean {
    const { places, placesOfGroup, placesOfMember, heavy } = this.limits;
    if (this.places + weight > (weight > heavy ? places * 0.75 : places)) return false;
    if (share === EVERYBODY) return true;
    return (
      this.takenOf(groupOf(share)) + weight <= placesOfGroup &&
      this.takenOf(memberOf(share)) + weight <= placesOfMember
    );
  }

  private occupy(share: Share, weight: number): () => void {
    this.count(share, weight);
    this.admitted += 1;
    const begun = performance.now();
    return () => {
      this.places -= weight;
      const rest = this.restAfter(share, performance.now() - begun);
      if (rest === 0) this.countShare(share, -weight);
      else setTimeout(() => this.end(share, weight), rest).unref();
      this.admit();
    };
  }

  private restAfter(share: Share, milliseconds: number): number {
    return share === EVERYBODY || milliseconds < NO_REST_BELOW_MS ? 0 : milliseconds * this.limits.rest;
  }

  /** Ends the rest of a group. */
  private end(share: Share, weight: number): void {
    this.countShare(share, -weight);
    this.admit();
  }

  private count(share: Share, change: number): void {
    this.places += change;
    this.countShare(share, change);
  }

  private countShare(share: Share, change: number): void {
    if (share === EVERYBODY) return;
    for (const name of [groupOf(share), memberOf(share)]) {
      const left = this.takenOf(name) + change;
      if (left === 0) this.taken.delete(name);
      else this.taken.set(name, left);
    }
  }

  private takenOf(name: string): number {
    return this.taken.get(name) ?? 0;
  }

  private admit(): void {
    while (this.places < this.limits.places) {
      const waiter = this.queue.shift((share, { weight }) => this.mayRun(share, weight));
      if (waiter === undefined) return;
      waiter.settle();
    }
  }

  private refusal(reason: GateRefusal): Error {
    this.refusals[reason] += 1;
    return this.refuse(reason);
  }
}

const NO_REST_BELOW_MS = 100;

const EVERYBODY: Share = { group: '', member: '' };

function groupOf({ group }: Share): string {
  return JSON.stringify([group]);
}

function memberOf({ group, member }: Share): string {
  return JSON.stringify([group, member]);
}
