const KEPT_SAMPLES = 5;

/** Counts the answers of a part of a drill. */
export class Tally {
  /** Answers as wanted. */
  ok = 0;
  /** 503 with Retry-After, which an outage may cause. */
  refused = 0;
  /** Connections that ended without an answer, and answers of a balancer that found no replica. */
  cut = 0;
  /** Everything else: other answers, and answers that are not true. */
  wrong = 0;
  /** Whatever took longer than the limit. */
  slow = 0;
  slowest = 0;
  /** Says when the last answer came that was not ok, on the clock of `performance.now()`. */
  lastFailure = 0;
  /** Some of what was cut, wrong or slow, and of what was refused, in words. */
  samples = [];
  refusals = [];

  constructor(limitMs = Infinity) {
    this.limitMs = limitMs;
  }

  /** @param isOk whether the answer is what the caller wanted, and true */
  add(answer, isOk, words) {
    this.slowest = Math.max(this.slowest, answer.milliseconds);
    if (answer.milliseconds > this.limitMs) {
      this.slow += 1;
      this.#keep(`${Math.round(answer.milliseconds)} ms: ${words}`);
    }
    if (isOk) this.ok += 1;
    else this.#addFailure(answer, words);
  }

  get requests() {
    return this.ok + this.refused + this.cut + this.wrong;
  }

  /** Returns the number of failures where nothing but the machine may cause a refusal. */
  failures(isSlowMachine) {
    return this.cut + this.wrong + (isSlowMachine ? 0 : this.refused);
  }

  samplesOfFailures(isSlowMachine) {
    return isSlowMachine ? this.samples : [...this.samples, ...this.refusals];
  }

  #addFailure({ status, headers }, words) {
    this.lastFailure = performance.now();
    const isHonest = status === 503 && /^\d+$/.test(headers['retry-after'] ?? '');
    if (isHonest) this.refused += 1;
    else if ([0, 502, 504].includes(status)) this.cut += 1;
    else this.wrong += 1;
    this.#keep(words, isHonest ? this.refusals : this.samples);
  }

  #keep(words, kept = this.samples) {
    if (kept.length < KEPT_SAMPLES) kept.push(words);
  }
}
