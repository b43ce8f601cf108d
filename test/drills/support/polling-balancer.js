import { Agent, createServer, get, request } from 'node:http';

const POLL_MS = 1_000;
const PROBE_MS = 1_000;

/** Answers as the service does when there is no replica. */
const NOBODY = JSON.stringify({
  message: 'No replica of the service can be reached; try again shortly',
  error_code: 'unavailable',
  server_traceback: null,
});

/**
 * Is a load balancer of the simplest kind, as many appliances are: it asks each replica every second whether it is ready,
 * sends requests in turn to those that were, over connections that it keeps, and never repeats one.
 */
export class PollingBalancer {
  #ready = [];
  #turn = 0;
  #agent = new Agent({ keepAlive: true });
  #server = createServer((incoming, outgoing) => this.#pass(incoming, outgoing));
  #timer;

  /** @param replicas returns the replicas that there are, each with `host` and `port` */
  constructor(replicas) {
    this.replicas = replicas;
  }

  async start() {
    await this.#poll();
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
    // Longer than any pause of a caller.
    this.#server.keepAliveTimeout = 600_000;
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address();
    return { host: '127.0.0.1', port };
  }

  async stop() {
    clearInterval(this.#timer);
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #poll() {
    const replicas = this.replicas();
    const ready = await Promise.all(replicas.map(isReady));
    this.#ready = replicas.filter((_, index) => ready[index]);
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

function isReady({ host, port }) {
  return new Promise((resolve) => {
    const probe = get({
      host,
      port,
      path: '/health/ready',
      agent: false,
      signal: AbortSignal.timeout(PROBE_MS),
    });
    probe.on('response', (answer) => resolve(answer.resume().statusCode === 200));
    probe.on('error', () => resolve(false));
  });
}
