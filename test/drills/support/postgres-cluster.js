import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToServer, runProgram } from './postgres-programs.js';
import { ServerStatements } from './server-statements.js';

/** Admits everybody who reaches the socket, which is in a folder of the drill. */
const HBA = 'local all all trust\nlocal replication all trust\n';

/**
 * Runs a server of the system's PostgreSQL in a folder, on a unix socket only. It never touches the clusters that the
 * system's packages have made.
 */
export class PostgresCluster extends ServerStatements {
  constructor(folder, name) {
    super();
    this.name = name;
    this.home = join(folder, name);
    this.data = join(this.home, 'data');
    mkdirSync(this.home);
    giveToServer(this.home);
  }

  /** Initialises an empty cluster. */
  create() {
    const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'];
    runProgram('initdb', ['-D', this.data, ...options]);
    writeFileSync(join(this.data, 'pg_hba.conf'), HBA);
    return this.settle();
  }

  /** Takes over a copy of a cluster's folder. */
  copy(data) {
    runProgram('cp', ['-a', data, this.data]);
    return this.settle();
  }

  /** Sets what belongs to this folder. */
  settle() {
    return this.configure({ unix_socket_directories: this.home, listen_addresses: '', port: '5432' });
  }

  /** Appends settings; of several with one name the last counts. */
  configure(settings) {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
    appendFileSync(join(this.data, 'postgresql.conf'), lines.join(''));
    return this;
  }

  /** Creates an empty file in the folder of the cluster, such as `recovery.signal`. */
  touch(name) {
    runProgram('touch', [join(this.data, name)]);
    return this;
  }

  start() {
    try {
      this.control('start', ['-l', join(this.home, 'log')]);
    } catch (error) {
      throw new Error(`${error.message}\n${readFileSync(join(this.home, 'log'), 'utf8')}`, { cause: error });
    }
    return this;
  }

  /** Stops the server if it runs: `fast` in order, `immediate` as a crash does. */
  stop(mode = 'fast') {
    if (existsSync(join(this.data, 'postmaster.pid'))) this.control('stop', ['-m', mode]);
  }

  /** Makes the standby the primary. */
  promote() {
    this.control('promote', []);
  }

  control(action, options) {
    runProgram('pg_ctl', [action, '-D', this.data, '-w', '-t', '120', ...options]);
  }

  url(login, database) {
    return `postgresql://${login}@/${database}?host=${this.home}`;
  }
}
