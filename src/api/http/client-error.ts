import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { MalformedRequest } from '../../common/errors.js';
import { newId } from '../../common/ids.js';
import { securityHeaders } from './headers/security-headers.js';
import { linger } from './linger.js';
import { PLAIN_HTTP, TUNNEL } from './server/create-server.js';
import { helpLink } from '../errors/errors-page.js';
import { errorBody } from '../errors/error-body.js';
import { errorForStatus } from '../errors/to-domain-error.js';

const STATUSES: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  [TUNNEL]: 501,
};

const HEADER_RULES =
  'A header is malformed: each is one line, `Name: value`, with no space before the colon and no control characters';
const LENGTH_RULES = 'Content-Length must be one number, sent once, and not beside Transfer-Encoding';
const LINE_RULES = 'The lines of a request must end with CR and LF';

/** Maps the codes of Node's parser to what is wrong; its own messages name no cure. */
const PROBLEMS: Readonly<Record<string, string>> = {
  HPE_CR_EXPECTED: LINE_RULES,
  HPE_INVALID_CONSTANT:
    'The request line must be a method, an address and HTTP/1.1, with one space between them',
  HPE_INVALID_CONTENT_LENGTH: LENGTH_RULES,
  HPE_INVALID_HEADER_TOKEN: HEADER_RULES,
  HPE_INVALID_METHOD: 'The request line must begin with a method of HTTP in capital letters, such as GET',
  HPE_INVALID_TRANSFER_ENCODING:
    'Transfer-Encoding can only be `chunked`, sent once, and not beside Content-Length',
  HPE_INVALID_URL: 'The address must begin with `/`, and what is not ASCII in it must be percent-encoded',
  HPE_INVALID_VERSION: 'The request line must end with HTTP/1.1',
  HPE_LF_EXPECTED: LINE_RULES,
  HPE_PAUSED_H2_UPGRADE: 'HTTP/2 is not spoken here; use HTTP/1.1',
  HPE_UNEXPECTED_CONTENT_LENGTH: LENGTH_RULES,
  HPE_UNEXPECTED_SPACE: HEADER_RULES,
  [PLAIN_HTTP]: 'This port speaks TLS: begin the address with https:// instead of http://',
};

/** Matches the beginning of a request line that is well-formed, whatever its method. */
const REQUEST_LINE = /^[A-Z][A-Z0-9-]{0,63} \/\S* HTTP\/1\.[01]\r\n/;

/** Returns the status of input that Node's parser refused: that of a method nobody knows, if all else is in order. */
function statusOf({ code = '', rawPacket }: ClientError): number {
  const isMethod =
    code === 'HPE_INVALID_METHOD' && REQUEST_LINE.test(rawPacket?.toString('latin1', 0, 2_048) ?? '');
  return isMethod ? 501 : (STATUSES[code] ?? 400);
}

/** Describes input that is not valid HTTP by a code, and by what arrived if Node's parser refused it. */
interface ClientError {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

/**
 * Answers input that is not valid HTTP, with the usual error body, and ends the connection. There is no request object
 * at this point.
 * @param isAnswering true where an answer is being sent, which must not be mixed with another
 * @returns what was answered; undefined if nothing was
 */
export function answerClientError(
  error: ClientError,
  socket: Duplex,
  isAnswering: boolean,
): { readonly status: number; readonly requestId: string } | undefined {
  if (error.code === 'ECONNRESET' || !socket.writable) return undefined;
  if (isAnswering) {
    linger(socket);
    return undefined;
  }
  const status = statusOf(error);
  const requestId = newId();
  const known = status === 400 ? new MalformedRequest(PROBLEMS[error.code ?? '']) : errorForStatus(status);
  const body = JSON.stringify(errorBody(known, requestId));
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    ...securityHeaders((socket as { encrypted?: boolean }).encrypted === true),
    ...helpLink(known.code),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n'));
  linger(socket);
  return { status, requestId };
}
