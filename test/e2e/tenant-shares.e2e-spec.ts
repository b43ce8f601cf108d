import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Answer } from '../support/http-client.js';
import { pipelined } from '../support/pipelined.js';
import { LISTS, Sessions, WAITS_FOR_LOCK } from '../support/sessions.js';
import { Strongroom, type As } from '../support/strongroom.js';

const SECRETS = 5_000;
const CALLERS = 12;
const READS = 40;
/** Limits the connections, of a pool of 10, that may wait for locks or run lists. */
const MOST_WAITING = 3;
const MOST_LISTING = 2;

type Member = As & { login: string; tenant: string };

describe('tenant A does its worst, and tenant B', () => {
  let room: Strongroom;
  let sessions: Sessions;
  let holder: pg.Client;
  let a: Member;
  let b: Member;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.stopJobs();
    [a, b] = [await room.tenant('busy'), await room.tenant('calm')];
    for (const as of [a, b])
      for (const key of ['one', 'two']) expect((await room.secret(as, 'PUT', key, 'value')).status).toBe(200);
    sessions = await Sessions.of(room.database);
    holder = new pg.Client({ connectionString: room.database.superuserUrl });
    await holder.connect();
  });
  afterAll(async () => {
    await holder.end();
    await sessions.close();
    await room.stop();
  });

  /** Runs `act` while another session holds the rows of a key. */
  async function whileHeld<T>(key: string, act: () => Promise<T>): Promise<T> {
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM secrets WHERE key = $1 FOR UPDATE', [key]);
    try {
      return await act();
    } finally {
      await holder.query('ROLLBACK');
    }
  }

  /** Counts the promises that have come to their end so far. */
  function ended(promises: readonly Promise<unknown>[]): () => number {
    let count = 0;
    for (const promise of promises) void promise.finally(() => (count += 1));
    return () => count;
  }

  const patches = (key: string) =>
    Array.from({ length: CALLERS }, (_, index) => room.secret(a, 'PATCH', key, `changed ${index}`));
  /** Reads as tenant B, and asks for the service's health between the reads. */
  async function readsOfB(): Promise<number[]> {
    const reads = Array.from({ length: READS }, () => room.secret(b, 'GET', 'two'));
    const looks = Array.from({ length: 4 }, () => room.send({ path: '/health/ready' }));
    return (await Promise.all([...reads, ...looks])).map(({ status }) => status);
  }
  const allSuccessful = Array.from({ length: READS + 4 }, () => 200);
  /** Tells whether a change was made, or its caller told that others are at it. */
  const doneOrBusy = ({ status, body }: Answer) =>
    status === 200 || (status === 503 && body.error_code === 'busy');

  it('reads on while twelve changes wait for a row that is held', async () => {
    const { changes, reads, answered, most } = await whileHeld('one', async () => {
      const waiting = patches('one');
      const answeredSoFar = ended(waiting);
      await sessions.some(WAITS_FOR_LOCK);
      const { result, most } = await sessions.most(WAITS_FOR_LOCK, readsOfB);
      return { changes: waiting, reads: result, answered: answeredSoFar(), most };
    });
    expect(reads).toEqual(allSuccessful);
    expect(answered).toBe(0);
    expect(most).toBeLessThanOrEqual(MOST_WAITING);
    expect((await Promise.all(changes)).filter((answer) => !doneOrBusy(answer))).toEqual([]);
  });

  it('reads on while an import waits for a row that is held, and twelve changes with it', async () => {
    const rows = ['one', 'two'].map((key) => ({
      ...{ key, value: 'imported', tenant_name: a.tenant, visibility: 'tenant' },
      ...{ is_hidden_value: false, encrypted: false },
    }));
    const { acts, reads, answered } = await whileHeld('one', async () => {
      const body = { secrets_list: rows, override_collisions: true };
      const importing = room.call(a, 'POST', '/api/v3.1/secrets/share/import', body);
      await sessions.some(WAITS_FOR_LOCK);
      const waiting = [importing, ...patches('one')];
      const answeredSoFar = ended(waiting);
      return { acts: waiting, reads: await readsOfB(), answered: answeredSoFar() };
    });
    expect(reads).toEqual(allSuccessful);
    expect(answered).toBe(0);
    expect((await Promise.all(acts)).filter((answer) => !doneOrBusy(answer))).toEqual([]);
  });

  describe('beside lists of thousands of secrets', () => {
    beforeAll(async () => {
      await room.database.asSuperuser(
        `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
         SELECT s.tenant_id, gen_random_uuid(), 'many-' || n, '', s.key_generation, s.created_by, s.created_by
         FROM secrets s JOIN tenants t ON t.id = s.tenant_id, generate_series(1, ${SECRETS}) n
         WHERE t.name = $1 AND s.key = 'one'`,
        [a.tenant],
      );
      await room.database.asSuperuser('VACUUM ANALYZE secrets');
    });

    it('reads on, and finds most connections free', async () => {
      const { result, most } = await sessions.most(LISTS, async () => {
        const lists = Array.from({ length: CALLERS }, () =>
          room.call(a, 'GET', '/api/v3.1/secrets?_get_all_results=true'),
        );
        return { reads: await readsOfB(), lists: await Promise.all(lists) };
      });
      expect(result.reads).toEqual(allSuccessful);
      expect(result.lists.filter((answer) => !doneOrBusy(answer))).toEqual([]);
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(MOST_LISTING);
    });

    it('finds most connections free when the lists come on one connection', async () => {
      const path = '/api/v3.1/secrets?_size=1&_sort=updated_at';
      const headers = {
        Authorization: `Basic ${Buffer.from(a.login).toString('base64')}`,
        tenant: a.tenant,
      };
      const { result, most } = await sessions.most(LISTS, () =>
        pipelined(
          room.service.url,
          Array.from({ length: 64 }, () => ({ path, headers })),
        ),
      );
      expect(result.map(({ status }) => status).filter((status) => status !== 200 && status !== 503)).toEqual(
        [],
      );
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(MOST_LISTING);
    });
  });
});
