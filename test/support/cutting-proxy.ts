import { connect, createServer, type Server, type Socket } from 'node:net';

/** Names what happens to a connection when the client's COMMIT, or another mark, passes through. */
export type Cut = 'none' | 'before the server has it' | 'after the server has answered' | 'for good';

/** Holds the message `Query` (PostgreSQL's protocol, 55.7) with COMMIT: a type, a length, the text and a zero. */
const COMMIT = Buffer.concat([Buffer.from('Q'), Buffer.from([0, 0, 0, 11]), Buffer.from('COMMIT\0')]);

/**
 * Forwards bytes between a client and a database's socket, and cuts the connection at COMMIT or at another mark in the
 * client's bytes. Simulates a network that fails at the worst moment.
 */
export class CuttingProxy {
  cut: Cut = 'none';
  /** The number of connections that were cut. */
  cuts = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private readonly target: string;

  constructor(
    private readonly database: { readonly url: string },
    public mark: string | Buffer = COMMIT,
  ) {
    this.target = `${new URL(database.url).searchParams.get('host') ?? ''}/.s.PGSQL.5432`;
    this.server = createServer((client) => this.join(client));
  }

  /** Starts listening, and returns the URL of the database through this proxy. */
  async url(): Promise<string> {
    if (!this.server.listening)
      await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as { port: number };
    const proxied = new URL(this.database.url);
    proxied.host = `127.0.0.1:${port}`;
    proxied.search = '';
    return proxied.toString();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.endAll();
    await closed;
  }

  private join(client: Socket): void {
    const upstream = connect(this.target);
    let committing = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        this.sockets.delete(socket);
        end();
      });
    }
    client.on('data', (chunk) => {
      committing = this.cut !== 'none' && chunk.includes(this.mark);
      if (committing && this.cut === 'before the server has it') this.sever(end);
      else upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (committing) this.sever(end);
      else client.write(chunk);
    });
  }

  /** Cuts the connection. After `for good` nothing else passes through, as when the server's machine has failed. */
  private sever(end: () => void): void {
    this.cuts += 1;
    if (this.cut === 'for good') {
      this.server.close();
      this.endAll();
    }
    end();
  }

  private endAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
