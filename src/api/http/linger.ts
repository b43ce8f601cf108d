import type { Socket } from 'node:net';

/** Limits how long a connection stays open after its last answer, for a client that is still sending. */
const LINGER_MS = 1_000;

/**
 * Ends a connection whose last answer was written. What still arrives is read and dropped for a moment: a connection
 * that is closed over unread bytes is reset, and the client may lose the answer.
 */
export function linger(socket: Socket): void {
  socket.end();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
