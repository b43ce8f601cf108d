import pg from 'pg';

const AGAIN_MS = 100;

/** Takes all connections that a login may have, and keeps taking those that become free. */
export class Hogs {
  #clients = [];
  #timer;
  #taking;

  constructor(cluster, url) {
    Object.assign(this, { cluster, url });
  }

  async takeAll() {
    await this.#take();
    await this.cluster.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'drill_service' AND application_name <> 'hog'`,
    );
    this.#timer = setInterval(
      () => (this.#taking ??= this.#take().finally(() => (this.#taking = undefined))),
      AGAIN_MS,
    );
    await this.#take();
  }

  async end() {
    clearInterval(this.#timer);
    await this.#taking;
    await Promise.all(this.#clients.map((client) => client.end()));
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
