import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';

/** Calls a service as one user, over connections that it keeps. */
export class Client {
  #agent;

  /** @param headers hold the credentials and the tenant */
  constructor({ host, port, headers, connections }) {
    Object.assign(this, { host, port, headers });
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /**
   * Sends a request.
   * @returns `status` (0 if the connection ended without an answer, whose `code` says how), `headers`, `body`, `id` of the
   *   request, and `milliseconds`
   */
  ask(method, path, body) {
    const id = randomUUID();
    const since = performance.now();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...this.headers,
      'X-Request-Id': id,
      ...(text !== undefined && {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(text),
      }),
    };
    return new Promise((resolve) => {
      const done = (answer) =>
        resolve({ id, headers: {}, ...answer, milliseconds: performance.now() - since });
      const broken = ({ code }) => done({ status: 0, code });
      const { host, port } = this;
      request({ host, port, path, method, headers, agent: this.#agent }, (answer) => {
        let received = '';
        answer.setEncoding('utf8').on('data', (part) => (received += part));
        answer.on('error', broken);
        answer.on('end', () =>
          done({
            status: answer.statusCode,
            headers: answer.headers,
            body: parsed(received),
            text: received,
          }),
        );
      })
        .on('error', broken)
        .end(text);
    });
  }

  close() {
    this.#agent.destroy();
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
