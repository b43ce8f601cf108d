import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send, type Call } from '../support/http-client.js';
import { SEED, seeded } from '../support/seeded.js';
import { SeededRandom } from '../support/seeded-random.js';
import { Strongroom, type As } from '../support/strongroom.js';
import { MixedWorld, shown, type Question, type Shown } from './mixed-world.js';

const ANSWERS = 10_000;
const AT_ONCE = 64;

/** Makes each client change a secret of its own once in this many requests. */
const CHANGE_EVERY = 12;

interface Mistake {
  readonly call: Pick<Call, 'method' | 'path'>;
  readonly expected: Shown;
  readonly answered: Shown;
}

describe('many requests of many people at once', () => {
  let room: Strongroom;
  let owner: As;
  const random = new SeededRandom(SEED);
  const world = new MixedWorld();
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  beforeAll(async () => {
    room = await Strongroom.start({ STRONGROOM_LOG_LEVEL: 'warn' });
    owner = await room.tenant('mixed-own');
    await world.plant(room);
  });
  afterAll(async () => {
    agent.destroy();
    await room.stop();
  });

  /** Repeats changes to a secret that no other client touches, with the expected responses. */
  function* changes(client: number): Generator<Question, never> {
    const path = `/api/v3/secrets/own-${client}`;
    const headers = {
      Authorization: `Basic ${Buffer.from(owner.login!).toString('base64')}`,
      tenant: owner.tenant!,
      'Content-Type': 'application/json',
    };
    const step = (method: string, status: number, shows?: string, value?: string): Question => ({
      call: { method, path, headers, ...(value !== undefined && { body: JSON.stringify({ value }) }) },
      expected: { status, values: shows === undefined ? [] : [shows], names: [] },
    });
    for (let round = 0; ; round += 1) {
      const [first, second] = [`value-of-own-${client}-${round}-a`, `value-of-own-${client}-${round}-b`];
      yield step('GET', 404);
      yield step('PUT', 200, first, first);
      yield step('PUT', 409, undefined, second);
      yield step('GET', 200, first);
      yield step('PATCH', 200, second, second);
      yield step('GET', 200, second);
      yield step('DELETE', 200, second);
      yield step('PATCH', 404, undefined, first);
    }
  }

  async function mistakeOf({ call, expected }: Question): Promise<Mistake | undefined> {
    const { status, text } = await send(room.service.url, { ...call, agent });
    const answered = shown(status, text);
    if (JSON.stringify(answered) === JSON.stringify(expected)) return undefined;
    return { call: { method: call.method ?? 'GET', path: call.path }, expected, answered };
  }

  it(`are each answered as they must be, ${ANSWERS} times`, async () => {
    await seeded(async () => {
      const questions = Array.from({ length: ANSWERS }, () => world.question(random));
      for (const impostor of world.impostors(random)) questions[random.below(ANSWERS)] = impostor;
      const statuses = new Map<number, number>();
      const mistakes: Mistake[] = [];
      let next = 0;
      const client = async (number: number) => {
        const own = changes(number);
        for (let index = next++; index < ANSWERS; index = next++) {
          const question = index % CHANGE_EVERY === 0 ? own.next().value : questions[index]!;
          const mistake = await mistakeOf(question);
          if (mistake !== undefined) mistakes.push(mistake);
          const { status } = question.expected;
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => client(number)));
      expect(mistakes.slice(0, 5)).toEqual([]);
      for (const status of [200, 401, 403, 404, 409])
        expect([status, statuses.get(status)! > 40]).toEqual([status, true]);
    });
  });
});
