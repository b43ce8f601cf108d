import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { machineTime } from '../../../common/clock.js';
import { programVersions } from '../../../common/program-versions.js';
import { sealedLines } from '../sealed-line.js';
import type { SealedEvent, Sink } from '../sink.js';
import { SinkFailure } from '../sink-failure.js';
import { requireTls, tlsOptions, type TlsAddress } from './tls-address.js';
import { webhookHeaders } from './webhook-signature.js';

/** Posts lines to a URL, signed. An answer of 2xx acknowledges them; redirects are not followed. */
export class WebhookSink implements Sink {
  readonly name = 'webhook';
  private readonly url: URL;
  private readonly address: TlsAddress;

  constructor(
    url: string,
    private readonly key: string,
    ca: string | undefined,
  ) {
    this.url = new URL(url);
    const host = this.url.hostname.replace(/^\[|\]$/g, '');
    this.address = { host, port: Number(this.url.port || '443'), files: { ca } };
  }

  async deliver(events: readonly SealedEvent[], signal: AbortSignal): Promise<void> {
    const body = sealedLines(events);
    const headers = {
      Host: this.url.host,
      'Content-Type': 'application/jsonl',
      'Content-Length': body.length,
      'User-Agent': `strongroom/${programVersions().version}`,
      ...webhookHeaders(this.key, body, machineTime()),
    };
    const { pathname, search } = this.url;
    const options = { method: 'POST', path: `${pathname}${search}`, headers, agent: false as const, signal };
    await post({ ...(await tlsOptions(this.address)), ...options }, body);
  }

  async check(signal: AbortSignal): Promise<string> {
    await requireTls(this.address, signal);
    return 'the server of the webhook answers, and its certificate is right';
  }
}

function post(options: RequestOptions, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const posted = request(options, (answer) => {
      const problem = problemOf(answer);
      if (problem === undefined) resolve();
      else reject(new SinkFailure(problem));
      // Nothing of what it says is needed, however long it is.
      answer.destroy();
    });
    posted.on('error', (error) =>
      reject(options.signal?.aborted === true ? (options.signal.reason as Error) : error),
    );
    posted.end(body);
  });
}

function problemOf({ statusCode = 0 }: IncomingMessage): string | undefined {
  if (statusCode >= 200 && statusCode < 300) return undefined;
  const redirect = statusCode >= 300 && statusCode < 400 ? ', and redirects are not followed' : '';
  return `it answered ${statusCode}${redirect}`;
}
