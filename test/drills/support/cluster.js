import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { serverUser } from '../../../dist/src/database/embedded/server-user.js';
import { killAtExit } from './at-exit.js';
import { freePort } from './free-port.js';

const TIMEOUT_MS = 60_000;
const POLL_MS = 50;

const SETTINGS = `
listen_addresses = '127.0.0.1'
max_connections = 60
shared_buffers = 64MB
max_wal_size = 128MB
min_wal_size = 32MB
wal_level = replica
log_min_messages = log
log_min_error_statement = panic
`;

/** Is trusted over the socket, in a folder that only the drill may enter; passwords are asked for over TCP. */
const ACCESS = `
local all all trust
local replication all trust
host all all 127.0.0.1/32 scram-sha-256
`;

/** Runs a PostgreSQL server that a drill may stop, kill, freeze and copy. Root runs it as another user. */
export class Cluster {
  #server;

  /**
   * Makes a cluster, without starting it.
   * @param programs the folder of PostgreSQL's programs
   * @param folder is created, or is an empty file system
   */
  static async create({ programs, folder, sockets = folder, settings = '' }) {
    const cluster = await Cluster.#at({ programs, folder, sockets });
    const options = [
      '--username=postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ];
    await cluster.#run('initdb', [`--pgdata=${cluster.data}`, ...options]);
    appendFileSync(join(cluster.data, 'postgresql.conf'), SETTINGS + settings);
    appendFileSync(join(cluster.data, 'pg_hba.conf'), `\n${ACCESS}`, { flag: 'w' });
    return cluster;
  }

  /** Copies a running server to a standby that follows it. */
  static async standbyOf(primary, folder) {
    const standby = await Cluster.#at({ programs: primary.programs, folder, sockets: folder });
    const source = ['--host', primary.sockets, '--port', String(primary.port), '--username', 'postgres'];
    await standby.#run('pg_basebackup', [
      ...source,
      '--pgdata',
      standby.data,
      '--write-recovery-conf',
      '--checkpoint=fast',
    ]);
    return standby;
  }

  static async #at({ programs, folder, sockets }) {
    const cluster = new Cluster();
    Object.assign(cluster, { programs, folder, sockets, user: serverUser(), port: await freePort() });
    cluster.data = join(folder, 'data');
    for (const each of [folder, sockets]) {
      mkdirSync(each, { recursive: true });
      chmodSync(each, 0o700);
      cluster.user.own(each);
    }
    mkdirSync(cluster.data, { mode: 0o700 });
    cluster.user.own(cluster.data);
    return cluster;
  }

  /** Starts the server and waits until it accepts connections. A server that was killed may leave processes to wait for. */
  async start() {
    const deadline = performance.now() + TIMEOUT_MS;
    while (performance.now() < deadline) {
      if (this.#server === undefined) this.#launch();
      if (await this.accepts()) return;
      if (this.#server.exitCode !== null || this.#server.signalCode !== null) this.#server = undefined;
      await sleep(POLL_MS);
    }
    throw new Error(`PostgreSQL does not start:\n${this.lastLines()}`);
  }

  /** Stops the server as `pg_ctl stop -m fast` does. */
  async stop() {
    await this.#end('SIGINT');
  }

  /** Kills the postmaster; its processes end by themselves. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Stops all processes of the server where they are, so that it neither answers nor closes connections. */
  freeze() {
    this.#signalAll('SIGSTOP');
  }

  thaw() {
    this.#signalAll('SIGCONT');
  }

  async promote() {
    await this.query('SELECT pg_promote()');
  }

  /** Runs statements as the superuser. */
  async query(text, values, database = 'postgres') {
    const client = new pg.Client({
      ...{ host: this.sockets, port: this.port, user: 'postgres', database },
      // Also while the server is switched to read only.
      options: '-c default_transaction_read_only=off',
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Changes settings of the running server; undefined resets one. */
  async set(settings) {
    for (const [name, value] of Object.entries(settings))
      await this.query(
        value === undefined ? `ALTER SYSTEM RESET ${name}` : `ALTER SYSTEM SET ${name} = '${value}'`,
      );
    await this.query('SELECT pg_reload_conf()');
  }

  async accepts() {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  lastLines() {
    return readFileSync(this.#log, 'utf8').split('\n').slice(-10).join('\n');
  }

  get #log() {
    return `${this.folder}.log`;
  }

  #launch() {
    const log = openSync(this.#log, 'a', 0o600);
    const args = ['-D', this.data, '-k', this.sockets, '-p', String(this.port)];
    this.#server = this.#spawn('postgres', args, ['ignore', log, log]);
    closeSync(log);
    killAtExit(this.#server);
  }

  async #run(name, args) {
    const child = this.#spawn(name, args, ['ignore', 'ignore', 'pipe']);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${name} failed: ${errors}`);
  }

  #spawn(name, args, stdio) {
    const { wrapper, uid, gid } = this.user;
    const [program, ...all] = [...wrapper, join(this.programs, name), ...args];
    return spawn(program, all, { uid, gid, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' }, stdio });
  }

  async #end(signal) {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  }

  #signalAll(signal) {
    const { pid } = this.#server;
    for (const each of [pid, ...childrenOf(pid)]) process.kill(each, signal);
  }
}

function childrenOf(parent) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid) {
  try {
    return Number(/^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
