import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectProvedTrail } from '../support/proved-trail.js';
import { Strongroom } from '../support/strongroom.js';

const GUESSES = 400;
const AT_ONCE = 50;
/** Is the most that one address leaves in a quarter of an hour: 100 events, and what was under way by then. */
const MOST_EVENTS = 160;

type Guess = readonly [what: string, headers: (number: number) => Record<string, string>];

const basic = (login: string) => ({ Authorization: `Basic ${Buffer.from(login).toString('base64')}` });
const token = (id: string) => ({ 'Authentication-Token': `ctok-${id}-${randomBytes(20).toString('hex')}` });
const letters = (number: number) => String(number).padStart(10, '0');

/** Each kind comes from an address of its own. */
const GUESSES_OF_ONE: readonly Guess[] = [
  ['wrong passwords of one user', () => basic('admin:wrong')],
  ['as many unknown names', (number) => basic(`nobody-${number}:wrong`)],
  ['names that no user can have', (number) => basic(`${'x\n'.repeat(200)}${number}:wrong`)],
  ['no name', () => basic(':wrong')],
  ['as many wrong tokens', (number) => token(letters(number))],
  ['wrong tokens of one id', () => token('AAAAAAAAAA')],
  ['tokens that are none', (number) => ({ 'Authentication-Token': `guess ${number}` })],
];

describe('a flood of guesses', () => {
  let room: Strongroom;
  let number = 0;
  beforeAll(async () => {
    room = await Strongroom.start({
      STRONGROOM_TRUSTED_PROXIES: '127.0.0.0/8',
      STRONGROOM_LOG_LEVEL: 'error',
    });
  });
  afterAll(() => room.stop());

  async function count(what: string): Promise<number> {
    const [row] = await room.database.asSuperuser<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${what}`,
    );
    return row?.count ?? 0;
  }

  /** Sends the guesses, and returns how many were admitted or failed, which none may. */
  async function flood(headers: Guess[1], addressOf: (guess: number) => string): Promise<number> {
    let [sent, wrong] = [0, 0];
    const guesser = async (): Promise<void> => {
      while (sent < GUESSES) {
        const guess = (sent += 1);
        const { status } = await room.send({
          path: '/api/v3.1/secrets/x',
          headers: { ...headers(guess), tenant: 'default_tenant', 'X-Forwarded-For': addressOf(guess) },
        });
        if (![401, 429, 503].includes(status)) wrong += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, guesser));
    return wrong;
  }

  it.each(GUESSES_OF_ONE)('of %s leaves a bounded number of events', async (_what, headers) => {
    const address = `192.0.2.${(number += 1)}`;
    const before = await count('audit_events');
    expect(await flood(headers, () => address)).toBe(0);
    const added = (await count('audit_events')) - before;
    expect(added).toBeLessThanOrEqual(MOST_EVENTS);
  });

  it('counts what it does not record, by address', async () => {
    const rows = await room.database.asSuperuser<{ refused: string }>(
      `SELECT sum(refused)::text AS refused FROM login_failures WHERE source LIKE '192.0.2.%'`,
    );
    expect(Number(rows[0]?.refused)).toBeGreaterThan(GUESSES);
  });

  it('from many addresses with wrong tokens is bounded for each', async () => {
    const before = await count('audit_events');
    expect(
      await flood(
        (guess) => token(letters(guess)),
        (guess) => `198.51.100.${guess % 10}`,
      ),
    ).toBe(0);
    expect((await count('audit_events')) - before).toBeLessThan(GUESSES / 2);
  });

  it('leaves a tree of just its events', async () => {
    const proved = await expectProvedTrail(room.database);
    expect(proved).toBe(await count('audit_leaves'));
    expect(await count('audit_checkpoints')).toBeLessThanOrEqual(proved);
  });
});
