const TICK_MS = 5_000;

/** Limits the time without a byte, after which a body has stalled. */
export const IDLE_MS = 15_000;
const IDLE_TICKS = IDLE_MS / TICK_MS;

/** Counts the ticks over which the speed of a body is averaged: 30 seconds. */
const SPEED_TICKS = 6;

/** Counts the bytes that have to arrive during those ticks, on average 4 KiB a second. */
const LEAST_BYTES = (4 * 1024 * SPEED_TICKS * TICK_MS) / 1_000;

/** Describes the limits in error messages. */
export const ARRIVAL_LIMITS = 'send it at 4 KiB a second or faster, without pauses of 15 seconds';

/** Detects a body that stops arriving. A body that keeps arriving may take any time. */
export class ArrivalWatch {
  private readonly ticks: number[] = [];
  private readonly timer: NodeJS.Timeout;
  private bytes = 0;

  /** @param stalled is called once the body has stalled, or arrives too slowly */
  constructor(private readonly stalled: () => void) {
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  arrived(bytes: number): void {
    this.bytes += bytes;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    this.ticks.push(this.bytes);
    this.bytes = 0;
    if (this.ticks.length > SPEED_TICKS) this.ticks.shift();
    if (this.arrivedIn(IDLE_TICKS) === 0 || (this.arrivedIn(SPEED_TICKS) ?? LEAST_BYTES) < LEAST_BYTES)
      this.stalled();
  }

  /** Returns the bytes of the last ticks; undefined if there have not been that many ticks yet. */
  private arrivedIn(ticks: number): number | undefined {
    if (this.ticks.length < ticks) return undefined;
    return this.ticks.slice(-ticks).reduce((sum, bytes) => sum + bytes, 0);
  }
}
