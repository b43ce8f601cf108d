import { connect, createServer, type Server, type Socket } from 'node:net';
import type { TestDatabase } from './database.js';

/** Forwards bytes between the service and its database, and can cut, delay or refuse connections. */
export class Wire {
  private readonly sockets = new Set<Socket>();
  private readonly lost = new Set<Socket>();
  private held = false;
  private server: Server;

  private constructor(private readonly target: string) {
    this.server = createServer((client) => this.join(client));
  }

  /** Puts a wire before a database; `environment` leads a service through it. */
  static async before(
    database: TestDatabase,
  ): Promise<{ wire: Wire; port: number; environment: NodeJS.ProcessEnv }> {
    const folder = new URL(database.url).searchParams.get('host') ?? '';
    const wire = new Wire(`${folder}/.s.PGSQL.5432`);
    const port = await wire.listen();
    const through = (url: string) => url.replace(/@localhost(\/[^?]+)\?.*$/, `@127.0.0.1:${port}$1`);
    const environment = {
      DATABASE_URL: through(database.url),
      DATABASE_OWNER_URL: through(database.ownerUrl),
    };
    return { wire, port, environment };
  }

  private listen(port = 0): Promise<number> {
    return new Promise((resolve) => {
      this.server.listen(port, '127.0.0.1', () => resolve((this.server.address() as { port: number }).port));
    });
  }

  /** Cuts all connections and accepts no new ones. */
  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async mend(port: number): Promise<void> {
    this.server = createServer((client) => this.join(client));
    await this.listen(port);
  }

  /** Drops what the present connections send from now on, without closing them, and passes what new ones send. */
  lose(): void {
    for (const socket of this.sockets) this.lost.add(socket.pause());
  }

  hold(held: boolean): void {
    this.held = held;
    for (const socket of this.sockets) {
      if (held) socket.pause();
      else if (!this.lost.has(socket)) socket.resume();
    }
  }

  private join(client: Socket): void {
    const upstream = connect(this.target);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.held) from.pause();
    }
  }
}
