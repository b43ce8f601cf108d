import * as argon2 from '@node-rs/argon2';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';

/** Counts the calls of the real library: concurrent ones, their maximum, and completed ones. */
const seen = { active: 0, most: 0, computed: 0 };

async function verify(...of: Parameters<typeof argon2.verify>): Promise<boolean> {
  seen.active += 1;
  seen.most = Math.max(seen.most, seen.active);
  try {
    const matches = await argon2.verify(...of);
    seen.computed += 1;
    return matches;
  } finally {
    seen.active -= 1;
  }
}

jest.unstable_mockModule('@node-rs/argon2', () => ({ ...argon2, verify }));
const { PasswordHasher, verificationsAtOnce } = await import('../../../src/crypto/password-hasher.js');

const RIGHT = 'a password of a test';
const stored = await new PasswordHasher().hash(RIGHT);

beforeEach(() => {
  Object.assign(seen, { active: 0, most: 0, computed: 0 });
});

describe('PasswordHasher', () => {
  it('uses Argon2id with 19 MiB, two passes and one lane, a salt of 16 bytes and 32 bytes of hash', async () => {
    const hash = await new PasswordHasher().hash(RIGHT);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(hash).not.toContain(RIGHT);
  });

  it('takes a fresh salt each time', async () => {
    const hashes = await Promise.all([1, 2, 3].map(() => new PasswordHasher().hash(RIGHT)));
    expect(new Set(hashes.map((hash) => hash.split('$')[4])).size).toBe(3);
    expect(new Set(hashes.map((hash) => hash.split('$')[5])).size).toBe(3);
  });

  it('tells the right password from wrong ones', async () => {
    const hasher = new PasswordHasher();
    expect(await hasher.verify(stored, RIGHT)).toBe(true);
    for (const wrong of ['', RIGHT.toUpperCase(), ` ${RIGHT}`, `${RIGHT}\0`, RIGHT.slice(1), stored]) {
      expect(await hasher.verify(stored, wrong)).toBe(false);
    }
    expect(hasher.verifications).toBe(7);
    expect(seen.computed).toBe(7);
  });

  it('takes passwords beyond ASCII and long ones', async () => {
    const hasher = new PasswordHasher();
    for (const password of ['pässwörd 😀', 'é', 'x'.repeat(1000)]) {
      const hash = await hasher.hash(password);
      expect(await hasher.verify(hash, password)).toBe(true);
      expect(await hasher.verify(hash, `${password}x`)).toBe(false);
    }
    for (const [set, typed] of [
      ['caf\u00e9', 'cafe\u0301'],
      ['cafe\u0301', 'caf\u00e9'],
      ['a\u00a0b', 'a b'],
    ] as const) {
      expect(await hasher.verify(await hasher.hash(set), typed)).toBe(true);
      expect(await argon2.verify(await hasher.hash(set), typed.normalize('NFC'))).toBe(true);
    }
  });

  it.each([
    ['empty', ''],
    ['no hash', 'plaintext'],
    ['the password itself', RIGHT],
    ['another scheme', '$2b$12$abcdefghijklmnopqrstuuM5KDwOlYuHwZjZbVtgTUk1WgOoNO5vy'],
    ['a scheme alone', '$argon2id$'],
    ['cut off', stored.slice(0, -20)],
    ['without parameters', stored.replace('m=19456,t=2,p=1', '')],
    ['of an unknown kind', stored.replace('argon2id', 'argon2x')],
  ])(
    'never takes a stored hash that is %s, and it costs one verification all the same',
    async (_what, hash) => {
      const hasher = new PasswordHasher();
      expect(await hasher.verify(hash, RIGHT)).toBe(false);
      expect(hasher.verifications).toBe(1);
      expect(seen.computed).toBe(1);
    },
  );

  it('pays one verification for a user that does not exist', async () => {
    const hasher = new PasswordHasher();
    expect(await hasher.verifyDecoy(RIGHT)).toBe(false);
    expect(await hasher.verifyDecoy('')).toBe(false);
    expect(hasher.verifications).toBe(2);
    expect(seen.computed).toBe(2);
  });
});

describe('the gate of a PasswordHasher', () => {
  it.each([1, 2, 3])('lets %s run at a time, and all of them in the end', async (atOnce) => {
    const hasher = new PasswordHasher(atOnce);
    const results = await Promise.all([
      hasher.verify(stored, RIGHT),
      hasher.verifyDecoy(RIGHT),
      hasher.verify(stored, 'wrong'),
      hasher.verify('damaged', RIGHT),
      hasher.verify(stored, RIGHT),
    ]);
    expect(results).toEqual([true, false, false, false, true]);
    expect(seen.most).toBe(atOnce);
    expect(hasher.verifications).toBe(5);
  });

  it('verifies between the passwords that one user stores, and turns away too many of them', async () => {
    const hasher = new PasswordHasher(1);
    const done: string[] = [];
    const log = (what: string) => () => void done.push(what);
    // On a slow machine the last of them may wait too long.
    const stores = Promise.allSettled(
      Array.from({ length: 51 }, () => hasher.hash(RIGHT, 'greedy').then(log('greedy'))),
    );
    await expect(hasher.hash(RIGHT, 'greedy')).rejects.toMatchObject({ code: 'too_many_requests' });
    await Promise.all([hasher.verify(stored, RIGHT).then(log('verified')), hasher.hash(RIGHT, 'other')]);
    expect(done.indexOf('verified')).toBeLessThan(13);
    expect(done.length).toBeLessThan(26);
    await stores;
  });

  it('runs one less than there are cores, at least one and at most three, unless told otherwise', () => {
    const cores = [1, 2, 3, 4, 5, 64];
    expect(cores.map((number) => verificationsAtOnce(0, number))).toEqual([1, 1, 2, 3, 3, 3]);
    expect(cores.map((number) => verificationsAtOnce(2, number))).toEqual([2, 2, 2, 2, 2, 2]);
    expect(new PasswordHasher().atOnce).toBe(verificationsAtOnce(0));
  });
});
