/** Limits the time that a body may take to arrive, in milliseconds. */
export interface ArrivalLimits {
  /** The time without a byte after which a body has stalled. The speed is averaged over twice that time. */
  readonly bodyStallMilliseconds: number;
  /** The time for the whole body; 0 for any time, as long as it keeps arriving. */
  readonly bodyMilliseconds: number;
}

/** Counts the ticks of a stall. Ticks are counted, not time: a process that was busy has not read what arrived. */
const STALL_TICKS = 3;

/** Counts the ticks over which the speed of a body is averaged. */
const SPEED_TICKS = 2 * STALL_TICKS;

/** Limits the average speed from below, in bytes a second. */
const LEAST_SPEED = 4 * 1024;

/** Describes the limits in error messages. */
export function describeLimits({ bodyStallMilliseconds, bodyMilliseconds }: ArrivalLimits): string {
  const steadily = `send it at 4 KiB a second or faster, without pauses of ${bodyStallMilliseconds / 1_000} seconds`;
  return bodyMilliseconds === 0 ? steadily : `${steadily}, within ${bodyMilliseconds / 1_000} seconds`;
}

/** Detects a body that stops arriving, or takes too long. */
export class ArrivalWatch {
  private readonly ticks: number[] = [];
  private readonly tickMilliseconds: number;
  private readonly timers: readonly NodeJS.Timeout[];
  private bytes = 0;

  /** @param late is called once the body has stalled, arrives too slowly, or takes too long */
  constructor(
    { bodyStallMilliseconds, bodyMilliseconds }: ArrivalLimits,
    private readonly late: () => void,
  ) {
    this.tickMilliseconds = bodyStallMilliseconds / STALL_TICKS;
    const ticking = setInterval(() => this.tick(), this.tickMilliseconds).unref();
    this.timers = bodyMilliseconds === 0 ? [ticking] : [ticking, setTimeout(late, bodyMilliseconds).unref()];
  }

  arrived(bytes: number): void {
    this.bytes += bytes;
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private tick(): void {
    this.ticks.push(this.bytes);
    this.bytes = 0;
    if (this.ticks.length > SPEED_TICKS) this.ticks.shift();
    const least = (LEAST_SPEED * SPEED_TICKS * this.tickMilliseconds) / 1_000;
    if (this.arrivedIn(STALL_TICKS) === 0 || (this.arrivedIn(SPEED_TICKS) ?? least) < least) this.late();
  }

  /** Returns the bytes of the last ticks; undefined if there have not been that many ticks yet. */
  private arrivedIn(ticks: number): number | undefined {
    if (this.ticks.length < ticks) return undefined;
    return this.ticks.slice(-ticks).reduce((sum, bytes) => sum + bytes, 0);
  }
}
