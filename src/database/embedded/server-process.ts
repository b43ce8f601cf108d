import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { ServerUser } from './server-user.js';

const LARGEST_LOG_BYTES = 10_000_000;
const TIMEOUT_S = 10;

/**
 * Starts the server and reads from a pipe that closes when this process ends in any way; then it shuts the server down
 * (SIGINT: "fast"). A server that does not end soon, such as PostgreSQL 18 while it recovers from the crash of one of
 * its processes, gets SIGQUIT ("immediate") and recovers at its next start.
 */
const WATCHER = `
  exec 3<&0
  "$@" </dev/null 3<&- &
  server=$!
  (cat <&3 >/dev/null; kill -INT "$server"; sleep ${TIMEOUT_S}; kill -QUIT "$server") 2>/dev/null &
  exec 3<&-
  wait "$server"
  code=$?
  trap '' TERM
  kill -TERM 0
  exit "$code"
`;

/**
 * Configures the server. No part of a statement may reach its log, since statements contain tenants' data and error
 * messages quote them. So only errors that end a connection or the server are logged ("log" ranks below those).
 */
const SETTINGS = {
  listen_addresses: '',
  shared_buffers: '64MB',
  max_connections: '100',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_checkpoints: 'off',
};

/** Names the setting that tells the server of one start from that of a concurrent one. */
export const STARTER_SETTING = 'strongroom.starter';

export interface ServerFiles {
  readonly postgres: string;
  readonly cluster: string;
  readonly socketDirectory: string;
  readonly log: string;
}

/** Represents a server that this process started. */
export class ServerProcess {
  private readonly gone: Promise<void>;
  private ended = false;

  private constructor(
    readonly id: string,
    private readonly child: ChildProcess,
    private readonly log: string,
    private readonly logStart: number,
  ) {
    this.gone = new Promise((resolve) => {
      const end = (): void => {
        this.ended = true;
        resolve();
      };
      child.on('error', end).on('exit', end);
    });
    child.stdin?.on('error', () => undefined);
    // The server ends with this process, and must not keep it from ending.
    child.unref();
    (child.stdin as Socket | null)?.unref();
  }

  static start(
    files: ServerFiles,
    user: ServerUser,
    settings: Readonly<Record<string, string>>,
  ): ServerProcess {
    const id = randomUUID();
    const size = statSync(files.log, { throwIfNoEntry: false })?.size ?? 0;
    const log = openSync(files.log, size > LARGEST_LOG_BYTES ? 'w' : 'a', 0o600);
    const options = Object.entries({ ...SETTINGS, ...settings, [STARTER_SETTING]: id }).flatMap(
      ([name, value]) => ['-c', `${name}=${value}`],
    );
    const server = [files.postgres, '-D', files.cluster, '-k', files.socketDirectory, ...options];
    try {
      const child = spawn('sh', ['-c', WATCHER, 'strongroom-postgres', ...user.wrapper, ...server], {
        uid: user.uid,
        gid: user.gid,
        cwd: '/',
        detached: true,
        stdio: ['pipe', log, log],
      });
      return new ServerProcess(id, child, files.log, size > LARGEST_LOG_BYTES ? 0 : size);
    } finally {
      closeSync(log);
    }
  }

  get hasEnded(): boolean {
    return this.ended;
  }

  whenGone(): Promise<void> {
    return this.gone;
  }

  /** Tells whether the server failed because another one was using the cluster. */
  wasLockedOut(): boolean {
    return this.logLines().some((line) =>
      /lock file|shared memory|already exists|Is another postmaster/i.test(line),
    );
  }

  /** Returns the most telling line of the server's log for the operator. */
  lastLogLine(): string {
    const lines = this.logLines();
    return lines.findLast((line) => /FATAL|ERROR|PANIC/.test(line)) ?? lines.at(-1) ?? '';
  }

  /**
   * Returns the lines logged since the start, without the replies to readiness checks. Other servers of the cluster may
   * have written some of them.
   */
  private logLines(): string[] {
    const lines = readFileSync(this.log).subarray(this.logStart).toString('utf8').trim().split('\n');
    return lines.filter((line) => !/FATAL: +the database system is /.test(line));
  }

  /** Shuts the server down in order and waits until it has ended. */
  async stop(): Promise<void> {
    this.child.ref();
    this.child.stdin?.end();
    await this.gone;
  }
}
