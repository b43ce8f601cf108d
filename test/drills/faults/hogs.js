import pg from 'pg';

/** Is the number of connections that hogs try to open at once. */
const AT_ONCE = 8;

/** Takes all connections of the server with another login, and keeps them. */
export class Hogs {
  #clients = [];

  /** @param url is that of a login other than the service's */
  constructor(cluster, url) {
    Object.assign(this, { cluster, url });
  }

  async takeAll() {
    await this.cluster.query('ALTER ROLE drill_service CONNECTION LIMIT 0');
    await this.cluster.query(
      `SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE usename = 'drill_service'`,
    );
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#take()));
    await this.cluster.query('ALTER ROLE drill_service CONNECTION LIMIT -1');
  }

  end() {
    return Promise.all(this.#clients.map((client) => client.end()));
  }

  async #take() {
    for (;;) {
      const client = new pg.Client({ connectionString: this.url, application_name: 'hog' });
      client.on('error', () => undefined);
      try {
        await client.connect();
      } catch {
        return;
      }
      this.#clients.push(client);
    }
  }
}
