import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { until } from './until.js';

/** Holds an event as a browser would dispatch it. */
export interface StreamEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
  /** The last id that the stream has given up to this event. */
  readonly id: string;
}

/** Reads a stream of server-sent events as the HTML standard says, over a real socket. */
export class EventReader {
  readonly events: StreamEvent[] = [];
  /** The last id, which a client sends when it connects again. */
  id = '';
  /** Everything that came. */
  text = '';
  ended = false;
  private rest = '';

  private constructor(private readonly incoming: IncomingMessage) {
    incoming.setEncoding('utf8').on('data', (chunk: string) => this.take(chunk));
    for (const end of ['end', 'error', 'close']) incoming.on(end, () => (this.ended = true));
  }

  static open(url: string, headers: Record<string, string>): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      request(url, { agent: false, headers: { Accept: 'text/event-stream', ...headers } })
        .on('response', (incoming) => resolve(new EventReader(incoming)))
        .on('error', reject)
        .end();
    });
  }

  get status(): number {
    return this.incoming.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.incoming.headers;
  }

  /** Returns the data of the changes that came. */
  changes(): Record<string, unknown>[] {
    return this.events.filter(({ event }) => event === 'change').map(({ data }) => data);
  }

  /** Waits for an event. */
  async event(name: string, count = 1): Promise<StreamEvent> {
    const found = () => this.events.filter(({ event }) => event === name)[count - 1];
    await until(() => found() !== undefined || this.ended);
    const event = found();
    if (event === undefined) throw new Error(`The stream ended without ${count} ${name}: ${this.text}`);
    return event;
  }

  /** Stops reading, as a client does that hangs. */
  pause(): void {
    this.incoming.pause();
  }

  resume(): void {
    this.incoming.resume();
  }

  close(): void {
    this.incoming.destroy();
  }

  private take(chunk: string): void {
    this.text += chunk;
    const blocks = (this.rest + chunk).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
      this.id = fields.get('id') ?? this.id;
      const data = fields.get('data');
      if (data === undefined) continue;
      const parsed = JSON.parse(data) as Record<string, unknown>;
      this.events.push({ event: fields.get('event') ?? 'message', data: parsed, id: this.id });
    }
  }
}
