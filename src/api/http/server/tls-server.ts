import type { RequestListener } from 'node:http';
import { Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Receives what did not become a connection with TLS. */
export interface HandshakeEvents {
  /** Answers a request that came without TLS. */
  readonly onPlain: (socket: Duplex) => void;
  /** Told the code of OpenSSL or Node.js, and the address of the other end. */
  readonly onFailure: (code: string, source: string | undefined) => void;
}

const PLAIN_HTTP = 'ERR_SSL_HTTP_REQUEST';

/**
 * Represents an HTTPS server that answers plain HTTP in plain HTTP, and that closes connections whose handshake is not
 * over together with all others.
 */
export class TlsServer extends Server {
  /** Holds the connections whose handshake is not over, by the other end of each. */
  private readonly handshaking = new Map<string, Socket>();

  constructor(options: ServerOptions, handler: RequestListener, { onPlain, onFailure }: HandshakeEvents) {
    super(options, handler);
    this.prependListener('connection', (socket: Socket) => this.begun(socket));
    this.on('secureConnection', (socket) => this.handshaking.delete(otherEnd(socket)));
    this.on('tlsClientError', ({ code = 'error' }: NodeJS.ErrnoException, socket) => {
      const plain = this.handshaking.get(otherEnd(socket));
      // Node.js destroys the connection next, but what is written now is still sent.
      if (code === PLAIN_HTTP && plain !== undefined) onPlain(plain);
      else onFailure(code, socket.remoteAddress);
    });
  }

  override closeAllConnections(): void {
    super.closeAllConnections();
    for (const socket of this.handshaking.values()) socket.destroy();
  }

  private begun(socket: Socket): void {
    const key = otherEnd(socket);
    this.handshaking.set(key, socket);
    socket.once('close', () => {
      if (this.handshaking.get(key) === socket) this.handshaking.delete(key);
    });
  }
}

function otherEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${remotePort ?? ''}`;
}
