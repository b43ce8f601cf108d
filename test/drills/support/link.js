import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Forwards bytes between a replica and its database, and fails as networks do:
 * - `cut`: resets what is open, and accepts nothing;
 * - `hole`: passes nothing any more, and never closes anything, as where packets are dropped. When it ends, connections
 *   of before stay dead;
 * - `delay`: passes everything later.
 */
export class Link {
  #pairs = new Set();
  #server;
  #mode = 'open';
  #delayMs = 0;

  /** @param target returns the port of the database, which a failover changes */
  static async open(target) {
    const link = new Link();
    link.target = target;
    await link.#listen(0);
    return link;
  }

  async cut() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#resetAll();
    await closed;
  }

  hole() {
    this.#mode = 'hole';
    for (const pair of this.#pairs) pair.isDead = true;
  }

  delay(milliseconds) {
    this.#delayMs = milliseconds;
  }

  /** Ends the connections that are dead, as both ends do once they notice. */
  forget() {
    for (const pair of this.#pairs) if (pair.isDead) this.#reset(pair);
  }

  /** Ends every fault. */
  async mend() {
    this.#mode = 'open';
    this.#delayMs = 0;
    if (!this.#server.listening) await this.#listen(this.port);
  }

  close() {
    return this.#server.listening ? this.cut() : Promise.resolve();
  }

  async #listen(port) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#join(client));
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    this.port = this.#server.address().port;
  }

  #join(client) {
    const pair = { client, isDead: this.#mode === 'hole' };
    this.#pairs.add(pair);
    const upstream = pair.isDead ? undefined : connect(this.target(), '127.0.0.1');
    pair.upstream = upstream;
    this.#carry(pair, client, upstream);
    if (upstream !== undefined) this.#carry(pair, upstream, client);
  }

  #carry(pair, from, to) {
    let last = Promise.resolve();
    const later = (step) => {
      last = last.then(async () => {
        if (this.#delayMs > 0) await sleep(this.#delayMs);
        if (!pair.isDead) step();
      });
    };
    from.setNoDelay(true);
    from.on('data', (chunk) => later(() => to.write(chunk)));
    from.on('end', () => later(() => to.end()));
    from.on('error', () => undefined);
    from.on('close', () => {
      if (pair.isDead) return;
      this.#pairs.delete(pair);
      to?.destroy();
    });
  }

  #resetAll() {
    for (const pair of this.#pairs) this.#reset(pair);
  }

  #reset(pair) {
    for (const socket of [pair.client, pair.upstream]) socket?.resetAndDestroy();
    this.#pairs.delete(pair);
  }
}
