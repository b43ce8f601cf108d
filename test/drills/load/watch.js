import { get } from 'node:http';

const EVERY_MS = 200;
const PATIENCE_MS = 2_000;

/** Watches a service from outside: its memory, and how a balancer's question for its health is answered. */
export class Watch {
  #peak = 0;
  #looks = [];

  constructor(service) {
    this.service = service;
    this.before = this.#memory();
    this.timer = setInterval(() => this.#look(), EVERY_MS);
  }

  /** Ends, after the last answers, and returns what was seen. */
  async stop() {
    clearInterval(this.timer);
    this.#memory();
    const statuses = await Promise.all(this.#looks);
    const ready = statuses.filter((status) => status === 200).length;
    return { before: this.before, peak: this.#peak, asked: statuses.length, ready };
  }

  #look() {
    this.#memory();
    this.#looks.push(healthOf(this.service));
  }

  #memory() {
    const now = residentOf(this.service);
    this.#peak = Math.max(this.#peak, now);
    return now;
  }
}

/** Returns the status of the answer, or 0 if none came in time. */
function healthOf({ url }) {
  return new Promise((resolve) => {
    const request = get(`${url}/health/ready`, { agent: false, signal: AbortSignal.timeout(PATIENCE_MS) });
    request.on('response', (response) => resolve(response.resume().statusCode));
    request.on('error', () => resolve(0));
  });
}

/** Returns the resident memory in MB, or 0 for a service that has ended. */
function residentOf(service) {
  try {
    return service.residentMegabytes() || 0;
  } catch {
    return 0;
  }
}
