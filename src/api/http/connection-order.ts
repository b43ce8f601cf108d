import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Reads of one connection that are under way at once. */
const MOST_READS = 16;

/** Requests of one connection that are taken from it before they are answered; then it is no longer read. */
const MOST_TAKEN = 64;

interface Taken {
  readonly response: ServerResponse;
  readonly isChange: boolean;
  /** Begins the requests that wait until this one is answered. */
  readonly waiting: (() => void)[];
}

/**
 * Keeps the requests of a connection in order. A client may send many without waiting for answers (pipelining, RFC 9112,
 * section 9.3.2): a change then begins once everything before it is answered, a read once the changes before it are.
 */
export class ConnectionOrder {
  private readonly connections = new WeakMap<Socket, Connection>();

  /** Calls `begin` when the turn of a request has come: never, if its connection has ended by then. */
  take({ socket, method = '' }: IncomingMessage, response: ServerResponse, begin: () => void): void {
    let connection = this.connections.get(socket);
    if (connection === undefined) {
      connection = new Connection(socket);
      this.connections.set(socket, connection);
    }
    connection.take({ response, isChange: method !== 'GET' && method !== 'HEAD', waiting: [] }, begin);
  }
}

class Connection {
  /** The requests whose answers have not left yet, in their order. Answers leave in the same order. */
  private readonly taken: Taken[] = [];
  private isPaused = false;

  constructor(private readonly socket: Socket) {}

  take(next: Taken, begin: () => void): void {
    this.forgetAnswered();
    const before = this.taken.length === 0 ? undefined : this.lastToWaitFor(next);
    this.taken.push(next);
    if (this.taken.length >= MOST_TAKEN && !this.isPaused) this.pause();
    if (before === undefined) begin();
    else this.await(before, begin);
  }

  private await({ response, waiting }: Taken, begin: () => void): void {
    if (waiting.push(begin) > 1) return;
    response.once('close', () => {
      if (this.socket.writable) for (const one of waiting) one();
    });
  }

  private forgetAnswered(): void {
    while (this.taken[0]?.response.closed === true) this.taken.shift();
  }

  private lastToWaitFor({ isChange }: Taken): Taken | undefined {
    if (isChange) return this.taken.at(-1);
    const tooMany = this.taken.length - MOST_READS;
    return this.taken.findLast((taken, place) => taken.isChange || place <= tooMany);
  }

  /** Stops reading the connection until few requests are left that are not answered. */
  private pause(): void {
    this.isPaused = true;
    // Node resumes the socket whenever a request has ended.
    const pauseAgain = (): void => void this.socket.pause();
    this.socket.on('resume', pauseAgain).pause();
    const resumeWhenFew = (): void => {
      this.forgetAnswered();
      if (this.taken.length >= MOST_TAKEN) {
        this.taken.at(-MOST_TAKEN / 2)?.response.once('close', resumeWhenFew);
        return;
      }
      this.isPaused = false;
      this.socket.off('resume', pauseAgain).resume();
    };
    resumeWhenFew();
  }
}
