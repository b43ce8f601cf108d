import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Speaks HTTP on one connection, byte by byte. */
export class RawConnection {
  private received = '';

  private constructor(readonly socket: Socket) {
    socket
      .setEncoding('latin1')
      .on('data', (text: string) => (this.received += text))
      .on('error', () => undefined);
  }

  static async to(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Speaks on a connection that is open already. */
  static on(socket: Socket): RawConnection {
    return new RawConnection(socket);
  }

  send(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** Returns what was received, once it matches or the connection is closed. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.received) && !this.socket.closed)
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]);
    const { received } = this;
    this.received = '';
    return received;
  }

  async closed(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, 'close');
  }

  destroy(): void {
    this.socket.destroy();
  }
}
