import { Agent, createServer, get, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 1_000;
const PROBE_MS = 2_000;
/** Is the number of questions in a row without an answer in time after which a replica is left out. */
const SILENCES = 2;

/** Answers as the service does when there is no replica. */
const NOBODY = JSON.stringify({
  message: 'No replica of the service can be reached; try again shortly',
  error_code: 'unavailable',
  server_traceback: null,
});

/**
 * Is a load balancer of the simplest kind, as many appliances are: it asks each replica every second whether it is ready,
 * sends requests in turn to those that were, over connections that it keeps, and never repeats one. It leaves a replica
 * out at once if that says that it is not ready, and for silence as others do, at the second time.
 */
export class PollingBalancer {
  #ready = [];
  #silences = new Map();
  #running = true;
  #turn = 0;
  #agent = new Agent({ keepAlive: true });
  #server = createServer((incoming, outgoing) => this.#pass(incoming, outgoing));

  /** @param replicas returns the replicas that there are, each with `host` and `port` */
  constructor(replicas) {
    this.replicas = replicas;
  }

  async start() {
    await this.#poll();
    void this.#keepPolling();
    // Longer than any pause of a caller.
    this.#server.keepAliveTimeout = 600_000;
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address();
    return { host: '127.0.0.1', port };
  }

  async stop() {
    this.#running = false;
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #poll() {
    const replicas = this.replicas();
    const answers = await Promise.all(replicas.map(readinessOf));
    this.#ready = replicas.filter((replica, index) => this.#mayServe(replica, answers[index]));
  }

  #mayServe(replica, answer) {
    const silences = answer === 'silent' ? (this.#silences.get(replica) ?? 0) + 1 : 0;
    this.#silences.set(replica, silences);
    return (
      answer === 'ready' || (answer === 'silent' && silences < SILENCES && this.#ready.includes(replica))
    );
  }

  async #keepPolling() {
    while (this.#running) {
      await Promise.all([this.#poll(), sleep(POLL_MS)]);
    }
  }

  #pass(incoming, outgoing) {
    const replica = this.#ready[(this.#turn += 1) % this.#ready.length];
    if (replica === undefined) return void fail(outgoing, 503, incoming);
    const { host, port } = replica;
    const { method, url: path } = incoming;
    const headers = { ...incoming.headers, 'x-forwarded-for': incoming.socket.remoteAddress };
    const passed = request({ host, port, method, path, headers, agent: this.#agent }, (answer) => {
      const { connection: _, 'keep-alive': __, ...kept } = answer.headers;
      outgoing.writeHead(answer.statusCode, kept);
      answer.on('error', () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    passed.on('error', () => (outgoing.headersSent ? outgoing.destroy() : fail(outgoing, 502, incoming)));
    incoming.pipe(passed);
  }
}

function fail(outgoing, status, incoming) {
  incoming.resume();
  outgoing.writeHead(status, {
    'Content-Type': 'application/json',
    ...(status === 503 && { 'Retry-After': '2' }),
  });
  outgoing.end(NOBODY);
}

/** Returns `ready`, `unready`, or `silent` if there was no answer in time. */
function readinessOf({ host, port }) {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PROBE_MS);
    const probe = get({ host, port, path: '/health/ready', agent: false, signal });
    probe.on('response', (answer) => resolve(answer.resume().statusCode === 200 ? 'ready' : 'unready'));
    probe.on('error', () => resolve(signal.aborted ? 'silent' : 'unready'));
  });
}
