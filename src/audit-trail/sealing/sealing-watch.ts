import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SealingRepository, type SealingBacklog } from './sealing.repository.js';

const INTERVAL_MS = 10_000;

/** Limits the age of a look that is told: another replica may have changed the backlog since. */
const VALID_MS = 60_000;

const MOST_COUNTED = 100_000;

/** Looks from time to time at what waits to be sealed. */
@Injectable()
export class SealingWatch {
  private last: { readonly at: number; readonly backlog: SealingBacklog } | undefined;

  constructor(@Inject(SealingRepository) private readonly repository: SealingRepository) {}

  /** Returns what this process saw less than a minute ago; undefined where it has not looked since. */
  get backlog(): SealingBacklog | undefined {
    return this.last !== undefined && performance.now() - this.last.at < VALID_MS
      ? this.last.backlog
      : undefined;
  }

  /** Tells whether ten seconds have passed since it looked. */
  get isDue(): boolean {
    return this.last === undefined || performance.now() - this.last.at >= INTERVAL_MS;
  }

  /** Looks again, unless it did ten seconds ago. */
  async look(manager: EntityManager): Promise<void> {
    if (!this.isDue) return;
    this.last = { at: performance.now(), backlog: await this.repository.backlog(manager, MOST_COUNTED) };
  }
}
