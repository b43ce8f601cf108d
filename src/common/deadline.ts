/** Limits how long something may take. */
export class Deadline {
  private readonly end: number;

  /** @param error makes the error of what is late */
  constructor(
    milliseconds: number,
    private readonly error: () => Error,
  ) {
    this.end = performance.now() + milliseconds;
  }

  /** @throws the error once it is too late */
  require(): void {
    if (performance.now() > this.end) throw this.error();
  }
}
