import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Tells a pooler that gives a session to each transaction from one that gives it to each connection. */
export type PoolMode = 'transaction' | 'session';

/** Sets whether a free session is reused soonest or latest. */
export type Preference = 'last freed' | 'first freed';

/** Holds a session of the server, and the client that uses it now. */
interface Backend {
  readonly socket: Socket;
  client: Socket | undefined;
}

const READY = 'Z'.charCodeAt(0);
const TERMINATE = 'X'.charCodeAt(0);
const IDLE = 'I'.charCodeAt(0);

/**
 * Stands between clients and a server as PgBouncer does with `ignore_startup_parameters = options`: it opens the
 * sessions of the server itself, without the settings that a client asks for at its start. For one login on one
 * database, whom the server trusts.
 */
export class SessionPooler {
  /** The number of sessions that were opened. */
  sessions = 0;
  private readonly free: Backend[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly door: Server;
  private readonly target: string;
  private readonly startup: Buffer;

  constructor(
    private readonly url: string,
    private readonly mode: PoolMode,
    private readonly preference: Preference = 'last freed',
  ) {
    const { searchParams, username, pathname } = new URL(url);
    this.target = `${searchParams.get('host') ?? ''}/.s.PGSQL.5432`;
    this.startup = startupMessage({ user: username, database: pathname.slice(1), client_encoding: 'UTF8' });
    this.door = createServer((client) => this.welcome(client));
  }

  /** Starts to listen, and returns the URL of the database through this pooler. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.door.listen(0, '127.0.0.1', resolve));
    const { port } = this.door.address() as AddressInfo;
    const { username, pathname } = new URL(this.url);
    return `postgresql://${username}@127.0.0.1:${port}${pathname}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.door.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Answers a client's startup with the greeting of a session, and passes its messages on. */
  private welcome(client: Socket): void {
    this.watch(client);
    let backend: Promise<Backend> | undefined;
    let greeted = false;
    const bound = (): Promise<Backend> => (backend ??= this.take(client));
    const unbind = (): void => {
      if (this.mode === 'transaction') backend = undefined;
    };
    client.on('data', (chunk) => {
      if (!greeted) {
        greeted = true;
        void this.open(client, unbind).then((opened) => {
          if (this.mode === 'session') backend = Promise.resolve(opened);
        });
      } else if (chunk[0] === TERMINATE && backend === undefined) client.end();
      else void bound().then(({ socket }) => socket.write(chunk));
    });
    client.on('unbind', unbind);
    client.on('close', () => {
      if (this.mode === 'session') void backend?.then(({ socket }) => socket.destroy());
    });
  }

  /** Opens a session of the server for a client, who reads its greeting. */
  private open(client: Socket, onFree: () => void): Promise<Backend> {
    const socket = connect(this.target);
    const backend: Backend = { socket, client };
    this.sessions += 1;
    this.watch(socket);
    socket.write(this.startup);
    return new Promise((resolve) => {
      eachMessage(socket, (message) => {
        const user = backend.client;
        if (message[0] === READY && message[5] === IDLE && this.mode === 'transaction') {
          backend.client = undefined;
          this.free.push(backend);
          user?.emit('unbind');
          onFree();
        }
        user?.write(message);
        if (message[0] === READY) resolve(backend);
      });
    });
  }

  private async take(client: Socket): Promise<Backend> {
    const found = this.preference === 'last freed' ? this.free.pop() : this.free.shift();
    if (found === undefined) throw new Error('Each client has brought a session, so one is free');
    found.client = client;
    return Promise.resolve(found);
  }

  private watch(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
  }
}

function startupMessage(parameters: Record<string, string>): Buffer {
  const text = Object.entries(parameters).flatMap(([name, value]) => [name, value]);
  const body = Buffer.from(`${text.join('\0')}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}

/** Calls `each` with every whole message of the server: a type, a length without the type, and the rest. */
function eachMessage(socket: Socket, each: (message: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= rest.readInt32BE(1) + 1) {
      const length = rest.readInt32BE(1) + 1;
      each(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  });
}
