import type { Duplex } from 'node:stream';

/** Limits how long a connection stays open after its last answer, for a client that is still sending. */
const LINGER_MS = 1_000;

/**
 * Ends a connection after its last answer was written. For a moment it reads and drops what still arrives: closing a
 * connection with unread bytes resets it, and the client may lose the answer.
 */
export function linger(socket: Duplex): void {
  socket.end();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
