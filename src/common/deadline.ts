/** Limits how long something may take. */
export class Deadline {
  private readonly end: number;

  /** @param error creates the error for work that is late */
  constructor(
    milliseconds: number,
    private readonly error: () => Error,
  ) {
    this.end = performance.now() + milliseconds;
  }

  /** @throws the error once the time is over */
  require(): void {
    if (performance.now() > this.end) throw this.error();
  }
}
