import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientName } from './client-reaction.js';

export interface RecordedRequest {
  readonly method: string;
  /** The path and query as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The recorded Content-Length; undefined for a request without a body that needed none. */
  readonly length?: number;
}

/** Describes one call of a client, or one command of `cfy`, and its requests. */
export interface RecordedExchange {
  readonly client: ClientName;
  readonly call: string;
  readonly requests: readonly RecordedRequest[];
  /** The error that the client raised when the recording server answered with one. */
  readonly raises?: { readonly status_code: number; readonly error_code: string };
}

interface Stored {
  readonly headers: Readonly<Record<ClientName, Readonly<Record<string, string>>>>;
  readonly exchanges: readonly (Omit<RecordedExchange, 'requests'> & {
    readonly versions?: readonly string[];
    readonly requests: readonly (Omit<RecordedRequest, 'headers'> & Partial<RecordedRequest>)[];
  })[];
}

/** Returns every exchange, once for each version of the API that it was recorded with. */
export function recordedExchanges(): RecordedExchange[] {
  const path = join(import.meta.dirname, 'recorded-requests.json');
  const { headers, exchanges } = JSON.parse(readFileSync(path, 'utf8')) as Stored;
  return exchanges.flatMap(({ versions = [''], ...exchange }) =>
    versions.map((version) => ({
      ...exchange,
      requests: exchange.requests.map((request) => ({
        headers: headers[exchange.client],
        ...request,
        target: request.target.replace('{version}', version),
      })),
    })),
  );
}

/** Formats a body like Python's `json.dumps`: with a space after each separator, and in ASCII only. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([name, member]) => `${pythonJson(name)}: ${pythonJson(member)}`,
    );
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
