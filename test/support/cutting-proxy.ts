import { connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to a connection when the client's COMMIT, or another mark, comes by. */
export type Cut = 'none' | 'before the server has it' | 'after the server has answered' | 'for good';

/** The message `Query` (PostgreSQL's protocol, 55.7): a type, a length, the text and a zero. */
const COMMIT = Buffer.concat([Buffer.from('Q'), Buffer.from([0, 0, 0, 11]), Buffer.from('COMMIT\0')]);

/**
 * Stands between a client and the socket of a database and cuts at COMMIT, unless told another mark in the client's
 * bytes: what a lost network does at the worst moment.
 */
export class CuttingProxy {
  cut: Cut = 'none';
  /** How many connections were cut. */
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

  /** Listens, and gives the URL of the database that leads through here. */
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

  /** `for good`: nothing else comes through either, as when the server's machine is gone. */
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
