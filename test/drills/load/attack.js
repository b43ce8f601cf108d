import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyOf } from '../../../dist/bench/seed.js';
import { requestText } from './requests.js';
import { Wire } from './wire.js';

/** Keeps a connection that is refused from taking the whole processor. */
const RECONNECT_MS = 20;

/** Holds what an attack of tenant A works with: its job, its connections, and the count of its answers. */
export class Attack {
  running = true;
  /** The number of answers by status; 0 stands for a connection that ended without one. */
  answers = {};
  #endings = [];

  /** @param job has `url`, `connections`, `caller` (headers), `tenant`, `secrets` (their number), `databaseUrl`, `options` */
  constructor(job) {
    Object.assign(this, job);
  }

  /** Returns the text of a request, by default with the credentials of A. */
  request(method, path, body, headers = this.caller) {
    return requestText(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
  }

  /** Returns the path of one of A's secrets, by default of any. */
  secretPath(index = randomInt(this.secrets)) {
    return `/api/v3.1/secrets/${keyOf(index)}`;
  }

  /**
   * Sends the next request on each connection whenever one was answered.
   * @param next returns the request, given the number of the connection
   * @param depth the number of requests under way on each connection
   */
  repeat(next, { connections = this.connections, depth = 1 } = {}) {
    for (let connection = 0; connection < connections; connection += 1) {
      const wire = new Wire(this.url);
      for (let turn = 0; turn < depth; turn += 1) void this.#repeat(wire, () => next(connection));
    }
  }

  count(status) {
    this.answers[status] = (this.answers[status] ?? 0) + 1;
  }

  /** Keeps what must be done when the attack ends. */
  atTheEnd(ending) {
    this.#endings.push(ending);
  }

  async stop() {
    this.running = false;
    for (const ending of this.#endings) await ending();
  }

  async #repeat(wire, next) {
    while (this.running) {
      const status = await wire.ask(next());
      this.count(status);
      if (status === 0) await sleep(RECONNECT_MS);
    }
  }
}
