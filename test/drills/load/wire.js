import { connect } from 'node:net';
import { AnswerReader } from './answer-reader.js';

/**
 * Is a kept connection, which is opened again after it was closed. It costs little, since the load shares the
 * processors with the service.
 */
export class Wire {
  #socket;
  #waiting = [];

  constructor(url) {
    const { hostname, port } = new URL(url);
    this.address = { host: hostname, port: Number(port) };
  }

  /**
   * Sends a request, without waiting for earlier ones.
   * @param request text, bytes, or a list of them
   * @returns the status of the answer, or 0 when the connection ended without one
   */
  ask(request) {
    const socket = this.#open();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      for (const part of [request].flat()) socket.write(part);
    });
  }

  close() {
    this.#socket?.destroy();
  }

  #open() {
    if (this.#socket?.writable) return this.#socket;
    this.#drop(this.#socket);
    const socket = connect({ ...this.address, noDelay: true });
    const reader = new AnswerReader(({ status, closes }) => {
      this.#waiting.shift()?.(status);
      if (closes) this.#drop(socket);
    });
    socket.on('data', (chunk) => reader.take(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#drop(socket));
    this.#socket = socket;
    return socket;
  }

  /** Ends a connection; what still waits on it gets no answer. */
  #drop(socket) {
    if (socket === undefined || socket !== this.#socket) return;
    this.#socket = undefined;
    socket.destroy();
    for (const resolve of this.#waiting.splice(0)) resolve(0);
  }
}
