import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import { linger } from './linger.js';

/** Limits the rest of a body that is read and dropped after the answer, so that the connection can be kept. */
const DROPPED_BYTES = 64 * 1024;

/** Limits how long that rest may take to arrive. */
const DROP_MS = 15_000;

/**
 * Handles a body that the answer does not wait for. A small rest is dropped and the connection kept; a larger rest, or
 * one of unknown length, ends the connection after the answer.
 */
export function dealWithUnreadRest(request: IncomingMessage, reply: FastifyReply): void {
  if (request.complete) return;
  const isKept = restOf(request) <= DROPPED_BYTES && reply.statusCode !== 408;
  if (isKept && request.headers.expect === undefined) drop(request);
  else end(request, reply);
}

/** Returns an upper bound of the bytes that are still to come, since it does not subtract those that have arrived. */
function restOf({ headers }: IncomingMessage): number {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;
}

function drop(request: IncomingMessage): void {
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), DROP_MS).unref();
  request.once('close', () => clearTimeout(timer));
  request.resume();
}

/** Makes Node end the connection after this answer, and lingers when Node would close it at once. */
function end({ socket }: IncomingMessage, reply: FastifyReply): void {
  void reply.header('Connection', 'close');
  socket.destroySoon = () => linger(socket);
}
