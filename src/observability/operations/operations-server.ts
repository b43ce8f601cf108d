import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localUrl } from '../../common/local-url.js';
import { StartupError } from '../../common/startup-error.js';
import { errorFields } from '../error-fields.js';
import type { Logger } from '../logger.js';
import { PROBES, type ProcessState } from './process-state.js';

/** Writes metrics as text. */
export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface OperationsAddress {
  readonly host: string;
  readonly port: number;
}

/** Bounds what the port holds: a monitoring system and some people use it. */
const MOST_CONNECTIONS = 64;
const REQUEST_MS = 5_000;
const MOST_HEADER_BYTES = 8_192;

const PATHS = ['/metrics', ...PROBES.map((probe) => `/health/${probe}`)];
const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Serves metrics and health in detail to operators on a port of its own, from the first moment of the process to the
 * last. It is no part of the API: it has no authentication, and changes nothing.
 */
export class OperationsServer {
  private readonly server: Server;

  constructor(
    private readonly metrics: MetricsText,
    private readonly state: ProcessState,
    private readonly logger: Logger,
  ) {
    const limits = {
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      maxHeaderSize: MOST_HEADER_BYTES,
    };
    this.server = createServer(limits, (request, response) => void this.serve(request, response));
    this.server.maxConnections = MOST_CONNECTIONS;
  }

  /**
   * Starts to listen.
   * @returns the URL of the port
   * @throws StartupError when the port is taken or the address is not one of this machine
   */
  async listen({ host, port }: OperationsAddress): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', ({ code = 'error' }: NodeJS.ErrnoException) => {
        const hint = code === 'EADDRINUSE' ? 'the port is taken; choose another' : code;
        const names = 'STRONGROOM_METRICS_PORT and STRONGROOM_METRICS_HOST';
        reject(new StartupError(`${names}: cannot listen on ${host}, port ${port}: ${hint}`));
      });
      this.server.listen(port, host, resolve);
    });
    return localUrl(host, (this.server.address() as AddressInfo).port, false);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    request.resume();
    try {
      const [path = ''] = url.split('?', 1);
      if (!PATHS.includes(path)) send(response, 404, { message: `Here are only ${PATHS.join(', ')}` });
      else if (method !== 'GET' && method !== 'HEAD') notAllowed(response);
      else if (path === '/metrics')
        sendText(response, 200, this.metrics.contentType, await this.metrics.text());
      else await this.probe(path, response);
    } catch (error) {
      this.logger.error({ err: errorFields(error) }, 'the metrics could not be written');
      send(response, 500, { message: 'The log says what went wrong' });
    }
  }

  private async probe(path: string, response: ServerResponse): Promise<void> {
    const [probe = 'live'] = PROBES.filter((each) => path.endsWith(`/${each}`));
    const { ok, body } = await this.state.answer(probe);
    send(response, ok ? 200 : 503, body);
  }
}

function notAllowed(response: ServerResponse): void {
  response.setHeader('Allow', 'GET, HEAD');
  send(response, 405, { message: 'Use GET' });
}

function send(response: ServerResponse, status: number, body: object): void {
  sendText(response, status, JSON_TYPE, `${JSON.stringify(body)}\n`);
}

/** Sends an answer; Node.js leaves out the body of an answer to HEAD. */
function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response
    .writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(text),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    .end(text);
}
