import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase } from '../support/database.js';
import { inOneTurn, type PipelinedCall } from '../support/pipelined.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const PATH = '/api/v3.1/secrets';
const ROUNDS = 8;

let room: Strongroom;
let replica: Strongroom;
let elsewhere: As;
beforeAll(async () => {
  const database = await cloneDatabase();
  // Finds deadlocks before the service's own timeout of locks ends them.
  await database.asSuperuser(`DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''5ms''', current_database());
  END $$`);
  room = await Strongroom.start({}, database);
  replica = await room.replica();
  await room.tenant('elsewhere');
  elsewhere = { ...ADMIN, tenant: 'elsewhere' };
});
afterAll(async () => {
  await replica.stop();
  await room.stop();
});

function calling(method: string, path: string, body?: object, { login, tenant }: As = ADMIN): PipelinedCall {
  const authorization = `Basic ${Buffer.from(login!).toString('base64')}`;
  const headers = { Authorization: authorization, tenant: tenant! };
  return { method, path, headers, ...(body && { body: JSON.stringify(body) }) };
}
const moving = (key: string, newKey: string, as?: As) =>
  calling('POST', `${PATH}/${key}/move`, { key: newKey }, as);
const movingAll = (from_prefix: string, to_prefix: string) =>
  calling('POST', '/api/v3.1/bulk/secrets/move', { from_prefix, to_prefix });

/** Sends the calls at the same moment, every other one to the other process, and returns the statuses in their order. */
async function raced(calls: readonly PipelinedCall[]): Promise<number[]> {
  const halves = await Promise.all(
    [room, replica].map(({ service }, half) =>
      inOneTurn(
        service.url,
        calls.filter((_, index) => index % 2 === half),
      ),
    ),
  );
  return calls.map((_, index) => halves[index % 2]![Math.floor(index / 2)]!.status);
}

const put = async (key: string, more: object = {}, as = ADMIN) =>
  expect((await room.call(as, 'PUT', `${PATH}/${key}`, { value: `of ${key}`, ...more })).status).toBe(200);
const read = async (key: string, as = ADMIN) => {
  const { status, body } = await room.call(as, 'GET', `${PATH}/${key}`);
  return status === 200 ? body.value : status;
};
const times = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Expects that one of the calls succeeded, and the others were refused with the status or came too late. */
function winnerOf(statuses: readonly number[], refused: number): number {
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  for (const status of statuses) expect([200, 503, refused]).toContain(status);
  return statuses.indexOf(200);
}

describe('moves at the same moment, on two processes', () => {
  it('of one secret to many keys have one winner', async () => {
    for (const round of times(ROUNDS)) {
      await put(`one-${round}`);
      const statuses = await raced(
        times(12).map((index) => moving(`one-${round}`, `many-${round}-${index}`)),
      );
      const winner = winnerOf(statuses, 404);
      expect(await read(`many-${round}-${winner}`)).toBe(`of one-${round}`);
      const [{ count } = { count: 0 }] = await room.database.asSuperuser<{ count: number }>(
        `SELECT count(*)::integer FROM secrets WHERE key LIKE $1 OR key = $2`,
        [`many-${round}-%`, `one-${round}`],
      );
      expect(count).toBe(1);
    }
  });

  it('of many secrets to one key, and a creation of it, have one winner', async () => {
    for (const round of times(ROUNDS)) {
      for (const index of times(6)) await put(`source-${round}-${index}`);
      const target = `target-${round}`;
      const statuses = await raced([
        ...times(6).map((index) => moving(`source-${round}-${index}`, target)),
        ...times(2).map(() => calling('PUT', `${PATH}/${target}`, { value: 'created' })),
      ]);
      const winner = winnerOf(statuses, 409);
      expect(await read(target)).toBe(winner < 6 ? `of source-${round}-${winner}` : 'created');
      for (const index of times(6))
        expect(await read(`source-${round}-${index}`)).toBe(
          index === winner ? 404 : `of source-${round}-${index}`,
        );
    }
  });

  it('and changes of the value leave one secret that opens, under the new key', async () => {
    for (const round of times(2 * ROUNDS)) {
      const [before, after] = [`changed-${round}`, `moved-${round}`];
      await put(before);
      const [moved, ...changed] = await raced([
        moving(before, after),
        ...times(3).map((index) => calling('PATCH', `${PATH}/${before}`, { value: `change ${index}` })),
      ]);
      expect(moved).toBe(200);
      for (const status of changed) expect([200, 404]).toContain(status);
      expect(await read(before)).toBe(404);
      const values = changed.flatMap((status, index) => (status === 200 ? [`change ${index}`] : []));
      expect([`of ${before}`, ...values]).toContain(await read(after));
      if (values.length > 0) expect(await read(after)).not.toBe(`of ${before}`);
    }
  });

  it('of a global secret and creations elsewhere leave the key to one of them', async () => {
    for (const round of times(ROUNDS)) {
      const key = `contested-${round}`;
      await put(`global-${round}`, { visibility: 'global' });
      const statuses = await raced([
        moving(`global-${round}`, key),
        calling('PUT', `${PATH}/${key}`, { value: 'theirs' }, elsewhere),
      ]);
      const winner = winnerOf(statuses, 409);
      expect(await read(key, elsewhere)).toBe(winner === 0 ? `of global-${round}` : 'theirs');
    }
  });
});

describe('moves by prefix at the same moment, on two processes', () => {
  const NAMES = times(12).map((index) => `n${index}`);

  /** Returns the keys that one list has, by the prefix that they begin with. */
  async function listed(from: Strongroom, name: string): Promise<Record<string, number>> {
    const { status, body } = await from.call(
      ADMIN,
      'GET',
      `${PATH}?_include=key&_size=1000&_search=${name}.`,
    );
    expect(status).toBe(200);
    const counts: Record<string, number> = {};
    for (const { key } of body.items as { key: string }[]) {
      const [prefix = ''] = key.split('.', 1);
      counts[prefix] = (counts[prefix] ?? 0) + 1;
    }
    return counts;
  }

  it('swap two prefixes, and no deadlock has to be found', async () => {
    for (const name of NAMES) {
      await put(`left.swap.${name}`);
      await put(`right.swap.${name}-too`);
    }
    for (const round of times(ROUNDS)) {
      const [one, two] = round % 2 === 0 ? ['swap', 'back'] : ['back', 'swap'];
      const statuses = await raced([
        movingAll(`left.${one}.`, `right.${two}.`),
        movingAll(`right.${one}.`, `left.${two}.`),
      ]);
      expect(statuses).toEqual([200, 200]);
    }
    expect(await listed(room, 'swap')).toEqual({ left: NAMES.length, right: NAMES.length });
    // The same names on both sides: each would need the key of the other.
    for (const name of NAMES) await put(`right.swap.${name}`);
    const both = [movingAll('left.swap.', 'right.swap.'), movingAll('right.swap.', 'left.swap.')];
    for (const round of times(ROUNDS)) expect([round, await raced(both)]).toEqual([round, [409, 409]]);
    expect(await read('left.swap.n3')).toBe('of left.swap.n3');
    const [{ deadlocks } = { deadlocks: '?' }] = await room.database.asSuperuser<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(deadlocks).toBe('0');
  });

  it('are whole for each reader, and lose, double and mix up nothing', async () => {
    for (const name of NAMES) await put(`west.whole.${name}`);
    let isOver = false;
    const seen = new Set<string>();
    const watch = async (from: Strongroom): Promise<void> => {
      while (!isOver) {
        const counts = await listed(from, 'whole');
        expect([{ west: NAMES.length }, { east: NAMES.length }]).toContainEqual(counts);
        seen.add(Object.keys(counts).join());
      }
    };
    const reading = async (name: string): Promise<void> => {
      while (!isOver) {
        for (const side of ['west', 'east'])
          expect([404, `of west.whole.${name}`]).toContain(await read(`${side}.whole.${name}`));
      }
    };
    const push = async (from: Strongroom, sides: readonly [string, string]): Promise<number> => {
      let moved = 0;
      for (const _ of times(3 * ROUNDS)) {
        const body = { from_prefix: `${sides[0]}.whole.`, to_prefix: `${sides[1]}.whole.` };
        const { status } = await from.call(ADMIN, 'POST', '/api/v3.1/bulk/secrets/move', body);
        expect([200, 404, 503]).toContain(status);
        if (status === 200) moved += 1;
      }
      return moved;
    };
    const readers = [watch(room), watch(replica), reading('n1'), reading('n2')];
    const moved = await Promise.all([
      push(room, ['west', 'east']),
      push(replica, ['east', 'west']),
      push(replica, ['west', 'east']),
    ]).finally(() => (isOver = true));
    await Promise.all(readers);
    expect([...seen].sort()).toEqual(['east', 'west']);
    const all = moved.reduce((sum, each) => sum + each, 0);
    const rows = await room.database.asSuperuser<{ revision: number; events: number }>(
      `SELECT s.revision, (SELECT count(*)::integer FROM audit_events e WHERE e.secret_id = s.id
         AND e.action = 'secret.move' AND e.outcome = 'ok') AS events
       FROM secrets s WHERE s.key LIKE '%.whole.%'`,
    );
    expect(rows).toEqual(NAMES.map(() => ({ revision: all + 1, events: all })));
  });
});
