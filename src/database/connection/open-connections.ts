import type pg from 'pg';

/** Ends connections of a pool that may be dead, so that nothing waits for an answer that never comes. */
export class OpenConnections {
  private readonly inUse = new Set<pg.PoolClient>();

  constructor(private readonly pool: pg.Pool) {
    pool.on('acquire', (client) => this.inUse.add(client));
    pool.on('release', (_error, client) => this.inUse.delete(client));
    pool.on('remove', (client) => this.inUse.delete(client));
  }

  /** Ends all connections. A statement that waits for its answer fails as one whose connection was lost. */
  breakAll(): void {
    for (const client of this.inUse) void (client as pg.PoolClient & pg.Client).end();
    this.renewIdle();
  }

  /** Ends the connections that nothing uses. The next work opens new ones. */
  renewIdle(): void {
    for (let left = this.pool.idleCount; left > 0; left -= 1) {
      this.pool.connect().then(
        (client) => client.release(true),
        () => undefined,
      );
    }
  }
}
