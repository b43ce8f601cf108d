import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import type { AuditEvent } from '../../../src/audit/audit-event.js';
import { Authenticator } from '../../../src/auth/authenticator.js';
import type { Identity } from '../../../src/auth/identity-lookup.js';
import type { Reservation } from '../../../src/auth/throttle/login-throttle.js';
import { VerificationQueue } from '../../../src/auth/throttle/verification-queue.js';
import type { PasswordHasher } from '../../../src/crypto/password-hasher.js';
import { TooManyRequests } from '../../../src/common/errors.js';

const ALICE: Identity = {
  user_id: 'id-of-alice',
  username: 'alice',
  password_hash: 'hash-of:right',
  active: true,
  token_hash: null,
  token_expired: false,
  locked: false,
  locked_just_now: false,
  proved: false,
  token_epoch: 0,
  tenant_id: null,
  tenant_name: null,
  require_if_match: false,
  maintenance: false,
  permissions: '',
};
const FRESHLY_LOCKED: Identity = { ...ALICE, locked: true, locked_just_now: true };
const NOBODY: Identity = { ...ALICE, user_id: null, username: null, password_hash: null, active: null };
const REQUEST = {
  ip: '192.0.2.1',
  id: 'request',
  headers: {},
  raw: { rawHeaders: [] },
} as unknown as FastifyRequest;

/** Fakes the authenticator's dependencies and records its calls in order. */
class Surroundings {
  found: Identity[] = [ALICE];
  reservation: Reservation = { verdict: 'allowed', locks: false, fresh: false, unproved: true };
  blocking: Promise<void> = Promise.resolve();
  clearing: Promise<void> = Promise.resolve();
  readonly did: string[] = [];
  readonly events: AuditEvent[] = [];
  /** Lists the sources of the refusals that were counted. */
  readonly refused: string[] = [];
  readonly authenticator = new Authenticator(
    { find: () => Promise.resolve(this.found.length > 1 ? this.found.shift() : this.found[0]) } as never,
    {
      reserve: () => (this.did.push('reserve'), Promise.resolve(this.reservation)),
      failed: () => undefined,
      succeeded: () => (this.did.push('clear'), this.clearing),
    } as never,
    { note: () => this.did.push('note') } as never,
    this.hasher() as never,
    { record: (_: string, event: AuditEvent) => Promise.resolve(void this.events.push(event)) } as never,
    new VerificationQueue({ atOnce: 2 } as PasswordHasher),
    { count: (source: string) => Promise.resolve(void this.refused.push(source)) } as never,
  );

  private hasher(): object {
    return {
      verify: async (hash: string, password: string) => {
        this.did.push('verify');
        await this.blocking;
        return hash === `hash-of:${password}`;
      },
      verifyDecoy: () => (this.did.push('decoy'), Promise.resolve(false as const)),
    };
  }

  login(password = 'right', ip = REQUEST.ip, username = 'alice') {
    return this.authenticator.authenticate(
      { ...REQUEST, ip },
      {
        username,
        password,
      },
    );
  }

  /** Sends wrong logins of this many different names, and returns once all that can have been admitted. */
  async flood(logins: number, ip?: string): Promise<Promise<unknown>[]> {
    const waiting = Array.from({ length: logins }, (_, index) =>
      this.login(`wrong-${ip}-${index}`, ip, `name-${index}`),
    );
    for (const login of waiting) login.catch(() => undefined);
    await new Promise(setImmediate);
    return waiting;
  }

  get reserved(): number {
    return this.did.filter((step) => step === 'reserve').length;
  }

  /** Returns the calls of one login. */
  async steps(password?: string): Promise<string[]> {
    this.did.length = 0;
    await this.login(password);
    return [...this.did];
  }
}

let around: Surroundings;
beforeEach(() => {
  around = new Surroundings();
});

const VERIFIED = ['reserve', 'verify', 'clear', 'note'];

describe('a password that was verified', () => {
  it('is verified once, and neither reserves nor clears after that', async () => {
    expect(await around.steps()).toEqual(VERIFIED);
    expect(await around.steps()).toEqual(['note']);
    expect(await around.login()).toMatchObject({ userId: 'id-of-alice', username: 'alice' });
  });

  it('is verified anew where the stored hash is another', async () => {
    await around.login();
    around.found = [{ ...ALICE, password_hash: 'hash-of:changed' }];
    expect(await around.login()).toBe(false);
    expect(await around.steps()).toEqual(['reserve', 'verify']);
    expect(await around.steps('changed')).toEqual(VERIFIED);
  });

  it.each<[string, Identity, string[]]>([
    ['locked', { ...ALICE, locked: true }, ['reserve', 'decoy']],
    ['inactive', { ...ALICE, active: false }, ['reserve', 'decoy']],
    ['gone', NOBODY, ['reserve', 'decoy']],
  ])('does not help a user who is %s', async (_, identity, steps) => {
    await around.login();
    around.found = [identity];
    if (identity.locked)
      around.reservation = { verdict: 'locked', locks: false, fresh: false, unproved: true };
    expect(await around.login()).toBe(false);
    expect(await around.steps()).toEqual(steps);
  });

  it('says nothing of another password', async () => {
    await around.login();
    expect(await around.steps('wrong')).toEqual(['reserve', 'verify']);
    expect(await around.login('wrong')).toBe(false);
  });

  it('is verified once for those who bring it at the same moment', async () => {
    const principals = await Promise.all([around.login(), around.login(), around.login()]);
    expect(principals.map((principal) => principal !== false)).toEqual([true, true, true]);
    expect(around.did.filter((step) => step !== 'note')).toEqual(['reserve', 'verify', 'clear']);
  });

  it('is not remembered where the counters could not be cleared', async () => {
    around.clearing = Promise.reject(new Error('no database'));
    await expect(around.login()).rejects.toThrow('no database');
    around.clearing = Promise.resolve();
    expect(await around.steps()).toEqual(VERIFIED);
  });
});

describe('an attempt', () => {
  it('that is wrong is not remembered, however often it comes', async () => {
    for (let time = 0; time < 3; time += 1) {
      expect(await around.steps('wrong')).toEqual(['reserve', 'verify']);
    }
    const together = await Promise.all([around.login('wrong'), around.login('wrong')]);
    expect(together).toEqual([false, false]);
    expect(around.did.filter((step) => step === 'reserve')).toHaveLength(3);
  });

  it.each(['locked', 'ceiling'] as const)(
    'with the verdict %s costs one decoy, right or wrong',
    async (verdict) => {
      around.reservation = { verdict, locks: false, fresh: false, unproved: true };
      for (const password of ['right', 'wrong']) {
        expect(await around.steps(password)).toEqual(['reserve', 'decoy']);
        expect(await around.login(password)).toBe(false);
      }
      expect([around.events, around.refused]).toEqual([[], Array(4).fill('192.0.2.1')]);
      around.reservation = { verdict: 'allowed', locks: false, fresh: false, unproved: true };
      expect(await around.steps()).toEqual(VERIFIED);
    },
  );

  it.each([
    [false, 'failed'],
    [true, 'locked'],
  ])('that fails, and locks: %s, is recorded as %s', async (locks, outcome) => {
    around.reservation = { verdict: 'allowed', locks, fresh: false, unproved: true };
    await around.login('canary-password');
    expect(around.events).toEqual([
      expect.objectContaining({
        action: 'login',
        key: 'alice',
        outcome,
        caller: expect.objectContaining({
          actorId: 'id-of-alice',
          address: '192.0.2.1',
          requestId: 'request',
        }),
      }),
    ]);
    expect(JSON.stringify(around.events)).not.toContain('canary');
  });

  it('under a name that is nobody is recorded without the name', async () => {
    around.found = [NOBODY];
    await around.login();
    expect(around.events).toHaveLength(1);
    expect(JSON.stringify(around.events)).not.toContain('alice');
  });

  it('waits uncounted until it is its turn, and is turned away where two hundred of its source wait', async () => {
    let go = (): void => undefined;
    around.blocking = new Promise((resolve) => (go = resolve));
    const waiting = await around.flood(203);
    expect(around.reserved).toBe(3);
    await expect(around.login('wrong', undefined, 'one-more')).rejects.toBeInstanceOf(TooManyRequests);
    const elsewhere = around.login('right', '198.51.100.1');
    go();
    expect(await elsewhere).toMatchObject({ username: 'alice' });
    expect(around.reserved).toBeLessThan(10);
    expect(await Promise.all(waiting)).toEqual(Array(203).fill(false));
    expect(around.reserved).toBe(204);
    expect(await around.login('right')).toMatchObject({ username: 'alice' });
  });

  it('of a name that has logged in from there lately does not wait for those that have not', async () => {
    let go = (): void => undefined;
    around.blocking = new Promise((resolve) => (go = resolve));
    await Promise.all(Array.from({ length: 20 }, (_, source) => around.flood(100, `198.51.100.${source}`)));
    await expect(around.login('right', '192.0.2.7')).rejects.toBeInstanceOf(TooManyRequests);
    const before = around.reserved;
    around.found = [{ ...ALICE, proved: true }];
    const login = around.login('right', '192.0.2.7');
    await new Promise(setImmediate);
    expect(around.reserved).toBe(before + 1);
    go();
    expect(await login).toMatchObject({ username: 'alice' });
  });

  it('of a locked name gets no turn of those that have logged in', async () => {
    let go = (): void => undefined;
    around.blocking = new Promise((resolve) => (go = resolve));
    await Promise.all(Array.from({ length: 20 }, (_, source) => around.flood(100, `198.51.100.${source}`)));
    around.found = [{ ...ALICE, proved: true, locked: true }];
    await expect(around.login('wrong', '192.0.2.7')).rejects.toBeInstanceOf(TooManyRequests);
    go();
  });

  it('is verified one at a time for each name and source', async () => {
    let go = (): void => undefined;
    around.blocking = new Promise((resolve) => (go = resolve));
    const guesses = Array.from({ length: 5 }, (_, index) => around.login(`wrong-${index}`));
    await new Promise(setImmediate);
    expect(around.reserved).toBe(1);
    go();
    expect(await Promise.all(guesses)).toEqual(Array(5).fill(false));
    expect(around.reserved).toBe(5);
  });

  it('that is right is not let in where the password or the user changed while it waited', async () => {
    for (const now of [
      { ...ALICE, password_hash: 'hash-of:changed' },
      { ...ALICE, active: false },
    ]) {
      around = new Surroundings();
      around.found = [ALICE, now];
      expect(await around.login()).toBe(false);
    }
    around = new Surroundings();
    around.found = [ALICE, { ...ALICE, permissions: 'secret_get' }];
    expect(await around.login()).toMatchObject({ permissions: new Set(['secret_get']) });
  });

  it('that finds a lock of this second looks again, and counts where the lock has gone', async () => {
    around.found = [{ ...ALICE, locked: true, locked_just_now: true }, ALICE];
    expect(await around.steps()).toEqual(VERIFIED);
    around.reservation = { verdict: 'locked', locks: false, fresh: false, unproved: true };
    around.found = [FRESHLY_LOCKED, FRESHLY_LOCKED, { ...ALICE, locked: true }];
    expect(await around.steps()).toEqual(['reserve', 'decoy']);
  });

  it('that is refused for a lock of this second begins anew', async () => {
    around.reservation = { verdict: 'locked', locks: false, fresh: true, unproved: true };
    const login = around.login();
    while (around.did.length === 0) await new Promise((resolve) => setImmediate(resolve));
    around.reservation = { verdict: 'allowed', locks: false, fresh: false, unproved: true };
    expect(await login).toMatchObject({ username: 'alice' });
    expect(around.did).toEqual(['reserve', ...VERIFIED]);
  });

  it('waits for a lock of this second for a while only, and costs a decoy then', async () => {
    around.found = [FRESHLY_LOCKED];
    around.reservation = { verdict: 'locked', locks: false, fresh: true, unproved: true };
    expect(await around.steps()).toEqual(['reserve', 'decoy']);
  });
});
