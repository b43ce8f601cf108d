import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const TLS = join(import.meta.dirname, '../tls');

/** The authority that has signed the certificate of the receivers. */
export const RECEIVER_CA = join(TLS, 'localhost.crt');

export const WEBHOOK_KEY = Buffer.alloc(32, 5).toString('base64');

/** Names what the receiver does with a post: a status that it answers, or no answer at all. */
export type WebhookManner = number | 'hangs' | 'cuts' | 'takes and cuts';

/** Receives posts over HTTPS, and takes only those whose signature is right. */
export class WebhookReceiver {
  manner: WebhookManner = 204;
  /** Answers of the next posts, before `manner` takes effect. */
  readonly next: WebhookManner[] = [];
  readonly lines: string[] = [];
  posts = 0;
  readonly headers: IncomingMessage['headers'][] = [];
  forged = 0;

  private constructor(private readonly server: Server) {
    server.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => void this.receive(request, response),
    );
  }

  static async start(): Promise<WebhookReceiver> {
    const server = createServer({
      cert: readFileSync(RECEIVER_CA),
      key: readFileSync(join(TLS, 'localhost.key')),
    });
    const receiver = new WebhookReceiver(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `https://localhost:${(this.server.address() as AddressInfo).port}/in?token=canary-of-a-url`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.posts += 1;
    const manner = this.next.shift() ?? this.manner;
    const chunks: Buffer[] = [];
    if (manner === 'cuts') return void request.socket.destroy();
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    this.headers.push(request.headers);
    if (!isSigned(request.headers, body)) this.forged += 1;
    if (manner === 'hangs') return;
    if (manner === 'takes and cuts' || (manner >= 200 && manner < 300))
      this.lines.push(...body.toString().split('\n').slice(0, -1));
    if (manner === 'takes and cuts') request.socket.destroy();
    else
      response
        .writeHead(manner, manner < 400 && manner >= 300 ? { Location: this.url } : {})
        .end('an answer');
  }
}

function isSigned(headers: IncomingMessage['headers'], body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = headers;
  const wanted = createHmac('sha256', Buffer.from(WEBHOOK_KEY, 'base64'))
    .update(`${String(id)}.${String(time)}.${body.toString()}`)
    .digest();
  return timingSafeEqual(wanted, Buffer.from(String(signature).replace(/^v1,/, ''), 'base64'));
}
