import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;

/** Asks a replica all the time whether it is ready, as a load balancer does. */
export class ReadinessWatch {
  /** Tells whether it answered 503. */
  wasUnready = false;
  /** Says when it was last asked and not ready, on the clock of `performance.now()`. */
  lastUnready = 0;
  #running = true;

  constructor(replica) {
    this.replica = replica;
    this.from = replica.logSize();
    this.pid = replica.pid;
    this.ended = this.#look();
  }

  get survived() {
    return this.replica.isRunning && this.replica.pid === this.pid;
  }

  /** Returns the reasons that the log tells, in words. */
  reasons() {
    const lines = this.replica.logSince(this.from).matchAll(/"msg":"not ready: ((?:[^"\\]|\\.)*)"/g);
    return [...new Set([...lines].map(([, text]) => text))];
  }

  async stop() {
    this.#running = false;
    await this.ended;
  }

  async #look() {
    while (this.#running) {
      const status = await this.replica.ready();
      if (status !== 200) this.lastUnready = performance.now();
      this.wasUnready ||= status === 503;
      await sleep(POLL_MS);
    }
  }
}
