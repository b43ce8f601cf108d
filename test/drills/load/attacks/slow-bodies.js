import { connect } from 'node:net';
import { AnswerReader } from '../answer-reader.js';
import { headText } from '../requests.js';
import { oneSource } from '../sources.js';

const DECLARED_BYTES = 300_000;
const BYTE_EVERY_MS = 1_000;
const RECONNECT_MS = 50;

/** Uploads bodies at one byte a second, to PUT and to the import. `options.anonymous` leaves the credentials out. */
export function slowBodies(attack) {
  for (let connection = 0; connection < attack.connections; connection += 1) upload(attack, connection);
}

function upload(attack, connection) {
  if (!attack.running) return;
  const { hostname, port } = new URL(attack.url);
  const socket = connect(Number(port), hostname);
  const reader = new AnswerReader(({ status, closes }) => {
    attack.count(status);
    if (closes) socket.destroy();
  });
  const bytes = setInterval(() => socket.writable && socket.write(' '), BYTE_EVERY_MS);
  socket.write(`${headOf(attack, connection)}{`);
  socket.on('data', (chunk) => reader.take(chunk));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(bytes);
    setTimeout(() => upload(attack, connection), RECONNECT_MS);
  });
}

function headOf({ caller, options, tenant }, connection) {
  const headers = options.anonymous ? { tenant, ...oneSource() } : caller;
  if (connection % 2 === 0)
    return headText('PUT', `/api/v3.1/secrets/slow.${connection}`, headers, DECLARED_BYTES);
  return headText('POST', '/api/v3.1/secrets/share/import', headers, DECLARED_BYTES);
}
