import { connect } from 'node:net';
import type { Answer } from './http-client.js';

export interface PipelinedCall {
  /** The method; GET by default. */
  readonly method?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON body in ASCII. */
  readonly body?: string;
}

type PipelinedAnswer = Pick<Answer, 'status' | 'text' | 'body'>;

const TIMEOUT_MS = 60_000;

/**
 * Sends requests in one write on one connection, so that the service receives all of them in the same turn of its event
 * loop. Together they must fit into one read by Node, 64 KiB.
 * @returns the responses in the order of the requests, as HTTP/1.1 requires
 */
export function pipelined(baseUrl: string, calls: readonly PipelinedCall[]): Promise<PipelinedAnswer[]> {
  const { hostname, port } = new URL(baseUrl);
  const requests = calls.map(({ method = 'GET', path, headers, body = '' }) =>
    [
      `${method} ${path} HTTP/1.1`,
      'Host: strongroom.test',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
      `\r\n${body}`,
    ].join('\r\n'),
  );
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let received = Buffer.alloc(0);
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(TIMEOUT_MS, () => end(() => reject(new Error(`Only ${received.toString()}`))));
    socket.on('error', reject);
    socket.on('end', () => reject(new Error(`It ended after ${received.toString()}`)));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const answers = parsed(received);
      if (answers.length === calls.length) end(() => resolve(answers));
    });
    socket.on('connect', () => socket.write(requests.join(''), 'latin1'));
  });
}

/** Parses the responses that have arrived completely. */
function parsed(received: Buffer): PipelinedAnswer[] {
  const answers: PipelinedAnswer[] = [];
  for (let start = 0; ;) {
    const end = received.indexOf('\r\n\r\n', start);
    if (end < 0) return answers;
    const head = received.toString('latin1', start, end);
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    const body = end + 4;
    if (received.length < body + length) return answers;
    start = body + length;
    const text = received.toString('utf8', body, start);
    answers.push({
      status: Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3)),
      text,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    });
  }
}
