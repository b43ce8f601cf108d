import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Strongroom, type As } from '../support/strongroom.js';

const CALLERS = 10;
/** Takes an engine that tries one way after the other longer than anybody waits. */
const RUNAWAY = { value: `${'a'.repeat(40)}!`, schema: { type: 'string', pattern: '^(a+)+$' } };

describe('schemas that never come to their end', () => {
  let room: Strongroom;
  let a: As;
  let b: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    [a, b] = [await room.tenant('busy'), await room.tenant('calm')];
    // Verifies both passwords, which takes time of its own.
    for (const as of [a, b]) expect((await room.secret(as, 'PUT', 'plain', 'value')).status).toBe(200);
  });
  afterAll(() => room.stop());

  const put = (as: As, key: string, body: object) =>
    room.call(as, 'PUT', `/api/v3.1/secrets/${key}`, { ...body, update_if_exists: true });

  it('let the next tenant have its turn before most of them', async () => {
    const checked: string[] = [];
    const refused = Array.from({ length: CALLERS }, async (_, index) => {
      const { status } = await put(a, `runaway-${index}`, RUNAWAY);
      checked.push('a');
      return status;
    });
    // The others wait for their turns when the next tenant comes.
    await Promise.race(refused);
    checked.length = 0;
    const calm = await put(b, 'calm', { value: 'checked', schema: { type: 'string', pattern: '^[a-z]+$' } });
    checked.push('b');
    expect(await Promise.all(refused)).toEqual(Array.from({ length: CALLERS }, () => 400));
    expect(calm.status).toBe(200);
    expect(checked.indexOf('b')).toBeLessThan(CALLERS / 2);
  });
});
