/** Generates pseudorandom numbers from a seed (Mulberry32), so that a failing run can be repeated. */
export class SeededRandom {
  constructor(private state: number) {}

  /** Returns a whole number from 0, below `limit`. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** Returns one of the choices with equal probability. */
  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}
