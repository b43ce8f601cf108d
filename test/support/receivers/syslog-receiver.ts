import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';

const TLS = join(import.meta.dirname, '../tls');

/** Names what the receiver does with a connection: reads to the end, never reads, closes at the first bytes, or breaks it off. */
export type SyslogManner = 'reads' | 'hangs' | 'closes' | 'breaks';

/** Receives messages of syslog over TLS, and takes the octet-counted frames apart by its own reading of RFC 6587. */
export class SyslogReceiver {
  manner: SyslogManner = 'reads';
  /** The messages of connections that were read to the end. */
  readonly messages: Buffer[] = [];
  connections = 0;
  /** Limits the bytes that are read at a time. */
  piece = Infinity;
  private readonly sockets = new Set<TLSSocket>();

  private constructor(private readonly server: Server) {
    server.on('secureConnection', (socket: TLSSocket) => this.receive(socket));
    server.on('tlsClientError', () => undefined);
  }

  static async start({
    port = 0,
    clientCa,
  }: { port?: number; clientCa?: string } = {}): Promise<SyslogReceiver> {
    const server = createServer({
      cert: readFileSync(join(TLS, 'localhost.crt')),
      key: readFileSync(join(TLS, 'localhost.key')),
      ...(clientCa !== undefined && { ca: readFileSync(clientCa), requestCert: true }),
    });
    const receiver = new SyslogReceiver(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Returns the lines that the messages hold. */
  get lines(): string[] {
    return this.messages.map((message) => message.toString().replace(/^<\d+>1 \S+ \S+ \S+ - \S+ - /, ''));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private receive(socket: TLSSocket): void {
    this.connections += 1;
    this.sockets.add(socket);
    const { manner } = this;
    const chunks: Buffer[] = [];
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    if (manner === 'hangs') return;
    socket.on('readable', () => {
      for (let data = read(socket, this.piece); data !== null; data = read(socket, this.piece))
        chunks.push(data);
      if (chunks.length === 0 || manner === 'reads') return;
      if (manner === 'closes') socket.end();
      else socket.destroy();
    });
    socket.on('end', () => {
      if (manner === 'reads') this.messages.push(...framesOf(Buffer.concat(chunks)));
    });
  }
}

function read(socket: TLSSocket, piece: number): Buffer | null {
  return (socket.read(Math.min(piece, Math.max(1, socket.readableLength))) ?? null) as Buffer | null;
}

function framesOf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(' ', at);
    const length = Number(/^[1-9]\d*$/.exec(bytes.toString('latin1', at, space))?.[0]);
    if (!(length > 0) || space + 1 + length > bytes.length)
      throw new Error(`There is no whole frame at ${at}`);
    frames.push(bytes.subarray(space + 1, space + 1 + length));
    at = space + 1 + length;
  }
  return frames;
}
