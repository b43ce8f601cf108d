import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inOneTurn, type PipelinedCall } from '../support/pipelined.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const ROUNDS = 12;

let room: Strongroom;
let replica: Strongroom;
beforeAll(async () => {
  room = await Strongroom.start();
  replica = await room.replica();
});
afterAll(async () => {
  await replica.stop();
  await room.stop();
});

const ask = (method: string, path: string, body?: object) =>
  room.call(ADMIN, method, `/api/v3.1/${path}`, body);
const ok = async (method: string, path: string, body?: object) => {
  const answer = await ask(method, path, body);
  if (answer.status > 204) throw new Error(`${method} ${path} answered ${answer.status} ${answer.text}`);
  return answer;
};

const move = (key: string, newKey: string) => ok('POST', `secrets/${key}/move`, { key: newKey });
const moveAll = (from_prefix: string, to_prefix: string, more: object = {}) =>
  ask('POST', 'bulk/secrets/move', { from_prefix, to_prefix, ...more });
const textOf = (key: string, version: number) => `version ${version} of ${key}`;

/** Makes a secret with that many versions. */
async function put(key: string, versions: number, valueOf = (version: number) => textOf(key, version)) {
  await ok('PUT', `secrets/${key}`, { value: valueOf(1), provider_options: { of: key } });
  for (let version = 2; version <= versions; version += 1)
    await ok('PATCH', `secrets/${key}`, { value: valueOf(version) });
}

/** Returns what each version answers, from the first on: its value, or the status. */
async function history(key: string): Promise<unknown[]> {
  const { body } = await ask('GET', `secrets/${key}/versions`);
  const numbers = (body.items as { version: number }[]).map(({ version }) => version).reverse();
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  const answers: unknown[] = [];
  for (const number of numbers) {
    const { status, body: read } = await ask('GET', `secrets/${key}?version=${number}`);
    answers.push(status === 200 ? read.value : status);
  }
  return answers;
}
const texts = (key: string, count: number): unknown[] =>
  Array.from({ length: count }, (_, index) => textOf(key, index + 1));

describe('a secret that has moved', () => {
  it('has its history under the new key, without what was destroyed, however often it moves', async () => {
    await put('first', 5);
    await ok('DELETE', 'secrets/first/versions/2');
    const kept = texts('first', 5).with(1, 410);
    for (const [from, to] of [
      ['first', 'second'],
      ['second', 'third'],
      ['third', 'first'],
    ] as const) {
      await move(from, to);
      expect((await ask('GET', `secrets/${from}?version=1`)).status).toBe(404);
      expect(await history(to)).toEqual(kept);
    }
    const restored = await ok('POST', 'secrets/first/versions/1/restore');
    expect(restored.body.version).toBe(6);
    await move('first', 'second');
    expect(await history('second')).toEqual([...kept, textOf('first', 1)]);
    expect((await ask('POST', 'secrets/second/versions/2/restore')).status).toBe(410);
  });

  it('keeps of each version who wrote it, when, and for whom', async () => {
    await put('written', 2);
    await ok('PATCH', 'secrets/written', { is_hidden_value: true });
    await ok('PATCH', 'secrets/written', { value: 'hidden' });
    const before = (await ask('GET', 'secrets/written/versions')).body;
    await move('written', 'written.moved');
    expect((await ask('GET', 'secrets/written.moved/versions')).body).toEqual(before);
  });

  it('may have been in the trash before', async () => {
    await put('trashed', 4);
    const { headers } = await ok('DELETE', 'secrets/trashed');
    await put('trashed', 1, () => 'another');
    expect((await moveAll('trashed', 'never')).body.moves).toHaveLength(1);
    await ok('POST', `trash/secrets/${String(headers['strongroom-trash-id'])}/restore`);
    await move('trashed', 'back');
    expect(await history('back')).toEqual(texts('trashed', 4));
    expect(await history('never')).toEqual(['another']);
  });

  it('moves also with more history than other writes should wait for', async () => {
    const valueOf = (version: number) => `${version} ${'x'.repeat(60_000)}`;
    await put('long', 19, valueOf);
    await move('long', 'longer');
    expect(await history('longer')).toEqual(Array.from({ length: 19 }, (_, index) => valueOf(index + 1)));
  });

  it('does not move with more than 32 MiB', async () => {
    await put('vast', 2);
    await plant('vast', 33, 1024 * 1024);
    const { status, body } = await ask('POST', 'secrets/vast/move', { key: 'vaster' });
    expect([status, body.error_code, body.message]).toEqual([
      400,
      'too_costly',
      expect.stringMatching(/32 MiB.*`max_versions`/),
    ]);
    expect((await ask('GET', 'secrets/vast?version=1')).body.value).toBe(textOf('vast', 1));
  });
});

/** Adds versions to a secret, past the service. */
async function plant(key: string, count: number, bytes: number): Promise<void> {
  await room.database.asSuperuser(
    `INSERT INTO secret_versions (tenant_id, secret_id, version, value, key_generation, visibility, is_hidden_value,
       owner_id, created_by, created_at)
     SELECT s.tenant_id, s.id, 100 + n, convert_to(repeat('x', $3), 'UTF8'), 1, 'tenant', false, s.created_by, s.created_by, now()
     FROM secrets s, generate_series(1, $2::integer) AS n WHERE s.key = $1`,
    [key, count, bytes],
  );
}

describe('the secrets of a prefix that has moved', () => {
  it('have their histories, in all parts in which they are written', async () => {
    const pad = (version: number) => `${version} ${'y'.repeat(50_000)}`;
    const names = Array.from({ length: 6 }, (_, index) => `n${index}`);
    for (const name of names) await put(`from.${name}`, 5);
    await put('from.large', 12, pad);
    await put('from.larger', 12, pad);
    await ok('DELETE', 'secrets/from.n3/versions/4');
    expect((await moveAll('from.', 'to.')).body.moves).toHaveLength(8);
    for (const name of names) {
      const kept = texts(`from.${name}`, 5);
      expect(await history(`to.${name}`)).toEqual(name === 'n3' ? kept.with(3, 410) : kept);
    }
    for (const name of ['large', 'larger'])
      expect(await history(`to.${name}`)).toEqual(Array.from({ length: 12 }, (_, index) => pad(index + 1)));
  });

  it.each([
    ['versions', 10_001, 10, /more than 10000 earlier versions/],
    ['bytes', 33, 1024 * 1024, /32 MiB/],
  ])('are bounded in %s, dry run or not', async (what, count, bytes, message) => {
    await put(`much.${what}`, 2);
    await plant(`much.${what}`, count, bytes);
    for (const dry_run of [true, false]) {
      const answer = await moveAll(`much.${what}`, 'more', { dry_run });
      expect([answer.status, answer.body.message]).toEqual([400, expect.stringMatching(message)]);
    }
  });
});

describe('moves beside writers and readers of versions, on two processes', () => {
  const authorization = `Basic ${Buffer.from(ADMIN.login!).toString('base64')}`;
  const calling = (method: string, path: string, body?: object): PipelinedCall => ({
    ...{
      method,
      path: `/api/v3.1/${path}`,
      headers: { Authorization: authorization, tenant: ADMIN.tenant! },
    },
    ...(body && { body: JSON.stringify(body) }),
  });

  it.each(['one', 'prefix'])('lose no version, and never give one that does not open: %s', async (how) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [from, to] = [`${how}.${round}.from`, `${how}.${round}.to`];
      await put(from, 3);
      const patches = [0, 1, 2, 3].map((index) =>
        calling('PATCH', `secrets/${from}`, { value: `patch ${index}` }),
      );
      const reads = [from, to].flatMap((key) =>
        [1, 2, 3].map((version) => calling('GET', `secrets/${key}?version=${version}`)),
      );
      const restores = [calling('POST', `secrets/${from}/versions/1/restore`)];
      const mover =
        how === 'one'
          ? calling('POST', `secrets/${from}/move`, { key: to })
          : calling('POST', 'bulk/secrets/move', { from_prefix: from, to_prefix: to });
      const [here, there] = await Promise.all([
        inOneTurn(room.service.url, [mover, ...patches.slice(2), ...reads]),
        inOneTurn(replica.service.url, [...patches.slice(0, 2), ...restores, ...reads]),
      ]);
      expect(here[0]!.status).toBe(200);
      const written = [...there.slice(0, 2), ...here.slice(1, 3)];
      for (const { status } of [...written, there[2]!]) expect([200, 404]).toContain(status);
      for (const answer of [...here.slice(3), ...there.slice(3)]) {
        expect([200, 404]).toContain(answer.status);
        if (answer.status === 200) expect(answer.body.value).toBe(textOf(from, Number(answer.body.version)));
      }
      const values = await history(to);
      const added = written.flatMap(({ status }, index) => (status === 200 ? [`patch ${index}`] : []));
      if (there[2]!.status === 200) added.push(textOf(from, 1));
      expect(values.slice(0, 3)).toEqual(texts(from, 3));
      expect(values.slice(3).sort()).toEqual(added.sort());
    }
  });
});
