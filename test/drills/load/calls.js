import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../../dist/bench/percentile.js';
import { Wire } from './wire.js';

const RECONNECT_MS = 20;

/**
 * Calls on some connections, each as soon as it has its answer, and beside that at a constant rate. The latter is timed
 * from the moment at which a call was due, so that a service that stands still is not asked less.
 */
export class Calls {
  #running = true;
  #underWay = new Set();
  #idle = [];
  #wires = [];
  #arrivals;

  /** @param job has `url`, `requests`, `connections`, and `perSecond` of the constant rate, which may be 0 */
  constructor(job) {
    this.job = job;
    this.measure();
    for (let connection = 0; connection < job.connections; connection += 1) void this.#repeat();
    if (job.perSecond > 0) this.#arrive(1_000 / job.perSecond);
  }

  /** Forgets what came before, such as the warming. */
  measure() {
    this.measuredFrom = performance.now();
    this.closed = { times: [], answered: 0, refused: 0 };
    this.open = { times: [], answered: 0, refused: 0 };
  }

  finish() {
    this.#running = false;
    clearInterval(this.#arrivals);
    const now = performance.now();
    // What has no answer yet took at least as long as it has waited.
    for (const { loop, since } of this.#underWay) this[loop].times.push(now - since);
    const { closed, open } = this;
    for (const wire of this.#wires) wire.close();
    return {
      perSecond: (closed.answered / (now - this.measuredFrom)) * 1_000,
      p99: percentileOf(closed),
      openP99: percentileOf(open),
      answered: closed.answered + open.answered,
      refused: closed.refused + open.refused,
    };
  }

  async #repeat() {
    const wire = this.#newWire();
    while (this.#running) await this.#call(wire, 'closed', performance.now());
  }

  #arrive(everyMs) {
    let due = performance.now();
    this.#arrivals = setInterval(() => {
      for (; due <= performance.now(); due += everyMs) void this.#callOnce(due);
    }, everyMs);
  }

  async #callOnce(due) {
    const wire = this.#idle.pop() ?? this.#newWire();
    await this.#call(wire, 'open', due);
    this.#idle.push(wire);
  }

  async #call(wire, loop, since) {
    const call = { loop, since };
    this.#underWay.add(call);
    const { requests } = this.job;
    const status = await wire.ask(requests[randomInt(requests.length)]);
    this.#underWay.delete(call);
    if (!this.#running) return;
    if (status === 200) {
      this[loop].answered += 1;
      this[loop].times.push(performance.now() - since);
    } else {
      this[loop].refused += 1;
      if (status === 0) await sleep(RECONNECT_MS);
    }
  }

  #newWire() {
    const wire = new Wire(this.job.url);
    this.#wires.push(wire);
    return wire;
  }
}

/** Returns the 99th percentile in milliseconds. A refused call counts as one that never ended. */
function percentileOf({ times, refused }) {
  const all = [
    ...times.sort((one, other) => one - other),
    ...Array.from({ length: refused }, () => Infinity),
  ];
  return percentile(all, 99);
}
