import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Limits the unanswered requests of a connection; beyond that, the connection is not read. */
const MOST_TAKEN = 64;

/**
 * Begins the requests of a connection one after the other. A client may send many without waiting for answers
 * (pipelining, RFC 9112, section 9.3.2). Each begins once the one before it is answered, so that a connection gets no
 * more work done at once than a client that waits, and its changes are made in their order.
 */
export class ConnectionOrder {
  private readonly connections = new WeakMap<Duplex, Connection>();

  /** Calls `begin` when it is the request's turn, or never if its connection has ended by then. */
  take({ socket }: IncomingMessage, response: ServerResponse, begin: () => void): void {
    let connection = this.connections.get(socket);
    if (connection === undefined) {
      connection = new Connection(socket);
      this.connections.set(socket, connection);
    }
    connection.take(response, begin);
  }

  /** Tells whether an answer is being sent on a connection, so that nothing else may be written to it. */
  isAnswering(socket: Duplex): boolean {
    return this.connections.get(socket)?.isAnswering === true;
  }
}

class Connection {
  /** The requests whose answers have not been sent yet, in their order. Answers are sent in the same order. */
  private readonly taken: ServerResponse[] = [];
  private isPaused = false;

  constructor(private readonly socket: Socket) {}

  take(response: ServerResponse, begin: () => void): void {
    this.forgetAnswered();
    const before = this.taken.at(-1);
    this.taken.push(response);
    if (this.taken.length >= MOST_TAKEN && !this.isPaused) this.pause();
    if (before === undefined) begin();
    else
      before.once('close', () => {
        if (this.socket.writable) begin();
      });
  }

  get isAnswering(): boolean {
    return this.taken.some(({ headersSent, closed }) => headersSent && !closed);
  }

  private forgetAnswered(): void {
    while (this.taken[0]?.closed === true) this.taken.shift();
  }

  /** Stops reading the connection until only a few requests are unanswered. */
  private pause(): void {
    this.isPaused = true;
    // Node resumes the socket whenever a request has ended.
    const pauseAgain = (): void => void this.socket.pause();
    this.socket.on('resume', pauseAgain).pause();
    const resumeWhenFew = (): void => {
      this.forgetAnswered();
      if (this.taken.length >= MOST_TAKEN) {
        this.taken.at(-MOST_TAKEN / 2)?.once('close', resumeWhenFew);
        return;
      }
      this.isPaused = false;
      this.socket.off('resume', pauseAgain).resume();
    };
    resumeWhenFew();
  }
}
