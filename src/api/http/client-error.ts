import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '../../common/ids.js';
import { COMMON_HEADERS } from './common-headers.js';
import { linger } from './linger.js';
import { errorBody } from '../errors/error-body.js';
import { errorForStatus } from '../errors/to-domain-error.js';

const STATUSES: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** Answers input that is not valid HTTP, with the usual error body. There is no request object at this point. */
export function answerClientError(error: { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const status = STATUSES[error.code ?? ''] ?? 400;
  const requestId = newId();
  const body = JSON.stringify(errorBody(errorForStatus(status), requestId));
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    ...COMMON_HEADERS,
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n'));
  linger(socket);
}
