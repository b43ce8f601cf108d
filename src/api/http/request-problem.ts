import type { IncomingMessage } from 'node:http';
import { MalformedRequest } from '../../common/errors.js';

/** Lists headers that must not be sent twice: of two values, a proxy may act on one and the service on the other. */
const SINGLE: ReadonlySet<string> = new Set([
  'authentication-token',
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'tenant',
  'transfer-encoding',
  'x-export-passphrase',
]);

/** Matches a host name or an address, with or without a port (RFC 3986, section 3.2). */
const HOST = /^[A-Za-z0-9._~!$&'()*+,;=%-]*(:\d*)?$|^\[[A-Fa-f0-9:.]+\](:\d*)?$/;

/** Matches a path, or an absolute address without a user name (RFC 9112, section 3.2); neither has a fragment. */
const TARGET = /^(https?:\/\/[^/?#@]+)?\/[^#]*$/i;

/**
 * Returns what is wrong with the request line or the headers of a request that Node's parser accepted. Such a request
 * ends its connection, since whatever forwarded it may read it differently (request smuggling).
 */
export function requestProblem(request: IncomingMessage): MalformedRequest | undefined {
  const text = lineProblem(request) ?? repetition(request) ?? hostProblem(request) ?? framingProblem(request);
  return text === undefined ? undefined : new MalformedRequest(text);
}

function lineProblem({ httpVersion, url = '' }: IncomingMessage): string | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'The request line must name HTTP/1.1';
  if (url.startsWith('/') ? !url.includes('#') : TARGET.test(url)) return queryProblem(url);
  return 'The request line must name a path that begins with `/`, without a fragment (`#`)';
}

/** Says what is wrong with the escapes of the query, which nothing else checks. The router checks those of the path. */
function queryProblem(url: string): string | undefined {
  const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
  if (!query.includes('%')) return undefined;
  try {
    decodeURIComponent(query);
    return undefined;
  } catch {
    return 'The query has an escape (`%`) that is not the UTF-8 of a character; write a percent sign as `%25`';
  }
}

function repetition({ rawHeaders }: IncomingMessage): string | undefined {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return `The header \`${name}\` was sent more than once; send it once`;
    seen.add(name);
  }
  return undefined;
}

function hostProblem({ httpVersion, headers: { host } }: IncomingMessage): string | undefined {
  if (host === undefined) return httpVersion === '1.1' ? 'The Host header is missing' : undefined;
  return HOST.test(host) ? undefined : 'The Host header must be a name or an address, perhaps with a port';
}

function framingProblem({ httpVersion, headers }: IncomingMessage): string | undefined {
  const { 'transfer-encoding': encoding } = headers;
  if (encoding === undefined) return undefined;
  if (httpVersion !== '1.1') return 'Transfer-Encoding needs HTTP/1.1; send a Content-Length instead';
  return encoding.toLowerCase() === 'chunked'
    ? undefined
    : 'Transfer-Encoding can only be `chunked`: send the body as it is, not compressed';
}
