import { get } from 'node:http';

const EVERY_MS = 200;
const PATIENCE_MS = 2_000;

/** Watches a service from outside: its memory, and how a balancer's question for its health is answered. */
export class Watch {
  #peak = 0;
  #asked = 0;
  #ready = 0;

  constructor(service) {
    this.service = service;
    this.before = this.#memory();
    this.timer = setInterval(() => this.#look(), EVERY_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.#memory();
    return { before: this.before, peak: this.#peak, asked: this.#asked, ready: this.#ready };
  }

  #look() {
    this.#memory();
    this.#asked += 1;
    const request = get(`${this.service.url}/health/ready`, { agent: false, timeout: PATIENCE_MS });
    request.on('response', (response) => {
      response.resume();
      if (response.statusCode === 200) this.#ready += 1;
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => undefined);
  }

  #memory() {
    const now = residentOf(this.service);
    this.#peak = Math.max(this.#peak, now);
    return now;
  }
}

/** Returns the resident memory in MB, or 0 for a service that has ended. */
function residentOf(service) {
  try {
    return service.residentMegabytes();
  } catch {
    return 0;
  }
}
