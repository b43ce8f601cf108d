import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartupError } from '../../common/startup-error.js';
import { clientConfig } from '../connection/client-config.js';
import { locateBinaries } from './binaries.js';
import { prepareCluster } from './cluster.js';
import { prepareDataDirectory } from './data-directory.js';
import { requireOwnership } from './ownership.js';
import { STARTER_SETTING, ServerProcess, type ServerFiles } from './server-process.js';
import { serverUser, type ServerUser } from './server-user.js';
import { socketDirectory } from './socket-directory.js';
import { fileProblem } from './file-problem.js';
import { removeStaleLocks } from './stale-locks.js';
import { supervise } from './supervision.js';

export interface EmbeddedPostgresOptions {
  /** The absolute path of the directory for the cluster, its socket and its log; created if it is missing. */
  readonly dataDir: string;
  /** Additional settings of the server. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onProgress?: (line: string) => void;
  /** Restarts the server whenever it ends before `stop`, even if another process had started it. */
  readonly supervised?: boolean;
  /** The user that runs the server; detected by default. */
  readonly user?: ServerUser;
}

/** Represents a PostgreSQL server that lives as long as the process that started it. The superuser is `postgres`. */
export interface EmbeddedPostgres {
  /** True if another process had started the server; it then ends with that process. */
  readonly joined: boolean;
  /** Returns a URL for the driver that uses the unix socket. There is neither network access nor a password. */
  readonly url: (user: string, database: string) => string;
  /** Stops the server if this process started it; may be called repeatedly. */
  readonly stop: () => Promise<void>;
}

const TIMEOUT_MS = 60_000;
const POLL_MS = 25;

/**
 * Starts the embedded PostgreSQL of a data directory, or joins a server that already runs on it. Recovers from a killed
 * process, concurrent starts and an interrupted first start.
 * @throws StartupError with one line for the operator
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    return await start(options);
  } catch (error) {
    throw fileProblem(error, options.dataDir) ?? error;
  }
}

async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = locateBinaries();
  const { dataDir, settings = {}, onProgress = () => undefined, user = serverUser() } = options;
  user.requireEntry(binaries.postgres);
  prepareDataDirectory(dataDir);
  requireOwnership(dataDir, user.uid);
  user.allowEntry(dataDir);
  user.requireEntry(dataDir);
  const sockets = socketDirectory(dataDir, user.uid);
  const files: ServerFiles = {
    postgres: binaries.postgres,
    cluster: join(dataDir, 'postgres'),
    socketDirectory: sockets,
    log: join(dataDir, 'postgres.log'),
  };
  const launch = (): Promise<ServerProcess | undefined> => launchOrJoin(files, user, settings);
  let server: ServerProcess | undefined;
  if (!(await waitUntilReady(sockets))) {
    user.own(sockets);
    await prepareCluster(files.cluster, binaries, user, onProgress);
    server = await launch();
  }
  const isAbsent = async (): Promise<boolean> => (await probe(sockets)).state === 'absent';
  const stop = options.supervised === true ? supervise({ server, isAbsent, launch, onProgress }) : undefined;
  return {
    joined: server === undefined,
    url: (login, database) => urlOf(sockets, login, database),
    stop: stop ?? (async () => server?.stop()),
  };
}

/**
 * Starts a server and waits until it or another one is ready.
 * @returns the server that was started, or undefined if another start was faster
 */
async function launchOrJoin(
  files: ServerFiles,
  user: ServerUser,
  settings: Readonly<Record<string, string>>,
): Promise<ServerProcess | undefined> {
  const deadline = performance.now() + TIMEOUT_MS;
  let server = ServerProcess.start(files, user, settings);
  while (performance.now() < deadline) {
    const { state, starter } = await probe(files.socketDirectory);
    if (state === 'ready') {
      if (starter === server.id) return server;
      await server.stop();
      return undefined;
    }
    if (server.hasEnded && state === 'absent') {
      if (!server.wasLockedOut()) throw failure(files, server.lastLogLine());
      removeStaleLocks(files);
      await sleep(POLL_MS * 4);
      server = ServerProcess.start(files, user, settings);
    }
    await sleep(POLL_MS);
  }
  await server.stop();
  throw failure(files, server.lastLogLine());
}

function failure({ log }: ServerFiles, reason: string): StartupError {
  return new StartupError(`The embedded PostgreSQL did not start: ${reason.slice(0, 300)} (see ${log})`);
}

/** Waits for an existing server to become ready; returns false when it ends instead. */
async function waitUntilReady(sockets: string): Promise<boolean> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const { state } = await probe(sockets);
    if (state !== 'busy' || performance.now() > deadline) return state === 'ready';
    await sleep(POLL_MS);
  }
}

interface ServerState {
  /** The server's state; a `busy` server is starting, recovering or stopping. */
  readonly state: 'ready' | 'busy' | 'absent';
  /** The id of the start that launched the ready server. */
  readonly starter?: string | null;
}

async function probe(sockets: string): Promise<ServerState> {
  const client = new pg.Client(clientConfig(urlOf(sockets, 'postgres', 'postgres')));
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ starter: string | null }>(
      `SELECT current_setting('${STARTER_SETTING}', true) AS starter`,
    );
    return { state: 'ready', starter: rows[0]?.starter };
  } catch (error) {
    return { state: (error as { code?: string }).code?.startsWith('57P') === true ? 'busy' : 'absent' };
  } finally {
    await client.end().catch(() => undefined);
  }
}

function urlOf(sockets: string, user: string, database: string): string {
  return `postgresql://${user}@localhost/${database}?host=${encodeURIComponent(sockets)}`;
}
