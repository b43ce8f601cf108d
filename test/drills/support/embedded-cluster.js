import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startEmbeddedPostgres } from '../../../dist/src/database/embedded/embedded-postgres.js';
import { ServerStatements } from './server-statements.js';

/** Runs the embedded PostgreSQL, which is often newer than the system's, for the system's programs to connect to. */
export class EmbeddedCluster extends ServerStatements {
  static async start(folder) {
    const cluster = new EmbeddedCluster();
    cluster.server = await startEmbeddedPostgres({ dataDir: join(folder, 'embedded') });
    cluster.home = new URL(cluster.url('postgres', 'postgres')).searchParams.get('host');
    // Of the drill's user; the programs run as another one.
    for (const each of [dirname(cluster.home), cluster.home]) chmodSync(each, 0o755);
    return cluster;
  }

  url(login, database) {
    return this.server.url(login, database);
  }

  stop() {
    return this.server.stop();
  }
}
