import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Answer } from './http-client.js';

export interface PipelinedCall {
  /** The method; GET by default. */
  readonly method?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON body in ASCII. */
  readonly body?: string;
}

interface PipelinedAnswer extends Pick<Answer, 'status' | 'text' | 'body'> {
  /** The status line and the headers. */
  readonly head: string;
}

const TIMEOUT_MS = 60_000;

/**
 * Sends requests in one write on one connection. Together they must fit into one read by Node, 64 KiB.
 * @returns the responses in the order of the requests, as HTTP/1.1 requires
 */
export async function pipelined(
  baseUrl: string,
  calls: readonly PipelinedCall[],
): Promise<PipelinedAnswer[]> {
  const socket = await open(baseUrl);
  return exchange(socket, calls).finally(() => socket.destroy());
}

/**
 * Sends each request on a connection of its own, so that the service receives all of them in the same turn of its event
 * loop and serves them at once.
 * @returns the responses in the order of the requests
 */
export async function inOneTurn(
  baseUrl: string,
  calls: readonly PipelinedCall[],
): Promise<PipelinedAnswer[]> {
  const sockets = await Promise.all(calls.map(() => open(baseUrl)));
  // A connection that was answered once is one that the service has accepted.
  const known = { path: '/health/live', headers: {} };
  await Promise.all(sockets.map((socket) => exchange(socket, [known])));
  const answers = sockets.map((socket, index) => exchange(socket, calls.slice(index, index + 1)));
  return (await Promise.all(answers).finally(() => sockets.forEach((socket) => socket.destroy()))).flat();
}

async function open(baseUrl: string): Promise<Socket> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

function exchange(socket: Socket, calls: readonly PipelinedCall[]): Promise<PipelinedAnswer[]> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const answers = parsed(received);
      if (answers.length < calls.length) return;
      socket.removeAllListeners();
      resolve(answers);
    };
    socket.setTimeout(TIMEOUT_MS, () => reject(new Error(`Only ${received.toString()}`)));
    socket.on('data', onData).on('error', reject);
    socket.on('end', () => reject(new Error(`It ended after ${received.toString()}`)));
    socket.write(calls.map(textOf).join(''), 'latin1');
  });
}

function textOf({ method = 'GET', path, headers, body = '' }: PipelinedCall): string {
  return [
    `${method} ${path} HTTP/1.1`,
    'Host: strongroom.test',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
    `\r\n${body}`,
  ].join('\r\n');
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
      head,
      status: Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3)),
      text,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    });
  }
}
