import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { atExit, killAtExit } from './at-exit.js';
import { Cluster } from './cluster.js';
import { databaseUrl, environmentOf, makeDatabase } from './drill.js';
import { freePort } from './free-port.js';
import { Link } from './link.js';
import { Replica } from './replica.js';
import { knownNames } from '../../../dist/src/config/variables.js';

const METRICS_PORT = 'STRONGROOM_METRICS_PORT';

/**
 * Holds what most drills need: PostgreSQL with the tables of Strongroom, and replicas, each on an address of its own and
 * with a link of its own to the database. As in docker-compose.yml, the replicas have the login of the service only, and
 * `strongroom-admin migrate` has the owner's.
 */
export class Stage {
  replicas = [];

  static async open({ programs, settings, prepare, dist = resolve('dist'), metrics = false, say }) {
    const stage = new Stage();
    Object.assign(stage, { dist, metrics });
    stage.folder = mkdtempSync(join(tmpdir(), 'strongroom-drill-'));
    atExit(() => rmSync(stage.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
    say('Starting PostgreSQL');
    const folder = join(stage.folder, 'one');
    mkdirSync(folder);
    prepare?.(stage, folder);
    stage.cluster = await Cluster.create({ programs, folder, sockets: join(stage.folder, 's1'), settings });
    await stage.cluster.start();
    await makeDatabase((text) => stage.cluster.query(text));
    stage.port = await freePort();
    stage.environment = environmentOf((login) => databaseUrl(login, stage.cluster.port));
    await stage.migrate();
    return stage;
  }

  /** Runs `strongroom-admin migrate` of a build. It begins where it left off if it fails. */
  async migrate(dist = this.dist) {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, ...this.environment };
    const child = spawn(process.execPath, [join(dist, 'src/cli/main.js'), 'migrate'], { env });
    killAtExit(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`migrate ended with ${code}: ${output}`);
    return output;
  }

  /** Starts one more replica. */
  async addReplica() {
    const number = (this.number = (this.number ?? 0) + 1);
    const link = await Link.open(() => this.cluster.port);
    const { STRONGROOM_ROOT_KEYS } = this.environment;
    const metricsPort = this.metrics && knownNames().includes(METRICS_PORT) ? await freePort() : undefined;
    const replica = new Replica({
      ...{
        name: `replica ${number}`,
        dist: this.dist,
        host: `127.0.1.${number}`,
        port: this.port,
        folder: this.folder,
        metricsPort,
      },
      environment: {
        NODE_ENV: 'production',
        DATABASE_URL: databaseUrl('drill_service', link.port),
        STRONGROOM_ROOT_KEYS,
        STRONGROOM_TRUSTED_PROXIES: '127.0.0.0/8',
        ...(metricsPort !== undefined && { [METRICS_PORT]: String(metricsPort) }),
      },
    });
    replica.link = link;
    await replica.start();
    this.replicas.push(replica);
    return replica;
  }

  /** Stops a replica for good. */
  async removeReplica(replica) {
    this.replicas = this.replicas.filter((each) => each !== replica);
    await replica.stop();
    await replica.link.close();
  }

  /** Makes another cluster the database. */
  moveTo(cluster) {
    this.cluster = cluster;
    const [DATABASE_URL, DATABASE_OWNER_URL] = ['drill_service', 'drill_owner'].map((login) =>
      databaseUrl(login, cluster.port),
    );
    this.environment = { ...this.environment, DATABASE_URL, DATABASE_OWNER_URL };
  }

  async close() {
    for (const replica of [...this.replicas]) await this.removeReplica(replica);
    await this.cluster.stop();
  }
}
