import pg from 'pg';

/** Holds the table of secrets so that every request for it waits. */
export class TableLock {
  static async take({ sockets: host, port }) {
    const lock = new TableLock();
    lock.client = new pg.Client({ host, port, user: 'postgres', database: 'drill' });
    lock.client.on('error', () => undefined);
    await lock.client.connect();
    await lock.client.query('BEGIN; LOCK TABLE secrets IN ACCESS EXCLUSIVE MODE');
    return lock;
  }

  end() {
    return this.client.end();
  }
}
