/** Answers every question with the addresses it is given, as Docker's does for a service's replicas. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const HEADER_BYTES = 12;
const RESPONSE_FLAGS = 0x8580;
const TYPE_A = 1;
const CLASS_IN = 1;
const TTL_SECONDS = 1;
/** Points to the name of the question, which stands after the header (RFC 1035, 4.1.4). */
const NAME_OF_QUESTION = 0xc000 | HEADER_BYTES;

/** Starts the server on 127.0.0.1. `addresses` returns the IPv4 addresses to answer with. */
export async function startNameServer(addresses) {
  const socket = createSocket('udp4');
  socket.on('message', (message, { port, address }) =>
    socket.send(answerTo(message, addresses()), port, address),
  );
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, close: () => socket.close() };
}

function answerTo(message, addresses) {
  const question = message.subarray(HEADER_BYTES, endOfQuestion(message));
  const asksForAddresses = question.readUInt16BE(question.length - 4) === TYPE_A;
  const records = asksForAddresses ? addresses.map(recordOf) : [];
  const header = Buffer.alloc(HEADER_BYTES);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(RESPONSE_FLAGS, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, question, ...records]);
}

/** Returns the position after the name, the type and the class of the first question. */
function endOfQuestion(message) {
  let position = HEADER_BYTES;
  while (message[position] !== 0) position += message[position] + 1;
  return position + 5;
}

function recordOf(address) {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(NAME_OF_QUESTION, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_IN, 4);
  record.writeUInt32BE(TTL_SECONDS, 6);
  record.writeUInt16BE(4, 10);
  Buffer.from(address.split('.').map(Number)).copy(record, 12);
  return record;
}
