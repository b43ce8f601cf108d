import { request as httpRequest, type Agent, type IncomingHttpHeaders } from 'node:http';
import type { OpenApiValidator } from './open-api-validator.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined if there is none. */
  readonly body: Record<string, unknown>;
}

export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
  /** Further raw header lines, for headers that a map cannot express. */
  readonly rawHeaders?: readonly string[];
  /** Reuses connections; without an agent each request opens its own. */
  readonly agent?: Agent;
}

/** Sends one request over a real socket, exactly as given: paths and headers are not normalised. */
export function send(baseUrl: string, call: Call, validator?: OpenApiValidator): Promise<Answer> {
  const { hostname, port } = new URL(baseUrl);
  const method = call.method ?? 'GET';
  const headers = call.rawHeaders ?? headerLines(call);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      hostname,
      port,
      method,
      path: call.path,
      headers: headers as never,
      agent: call.agent ?? false,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        try {
          const answer = toAnswer(
            incoming.statusCode ?? 0,
            incoming.headers,
            Buffer.concat(chunks).toString('utf8'),
          );
          if (method !== 'HEAD') validator?.check(method, call.path, answer);
          resolve(answer);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    outgoing.end(call.body);
  });
}

function headerLines({ headers = {}, body }: Call): string[] {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => [name, one]),
  );
  const named = new Set(lines.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  if (!named.has('host')) lines.push('Host', 'strongroom.test');
  if (body !== undefined && !named.has('content-length'))
    lines.push('Content-Length', String(Buffer.byteLength(body)));
  return lines;
}

function toAnswer(status: number, headers: IncomingHttpHeaders, text: string): Answer {
  const json = text !== '' && /\bjson\b/.test(headers['content-type'] ?? '');
  return { status, headers, text, body: json ? (JSON.parse(text) as Record<string, unknown>) : {} };
}
