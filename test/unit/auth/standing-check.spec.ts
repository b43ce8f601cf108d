import { beforeEach, describe, expect, it } from '@jest/globals';
import { Unauthorized } from '../../../src/common/errors.js';
import type { Identity, IdentityLookup, IdentityQuestion } from '../../../src/auth/identity-lookup.js';
import { principalOf, type Principal } from '../../../src/auth/principal.js';
import { StandingCheck } from '../../../src/auth/standing-check.js';
import { systemCaller } from '../../support/callers.js';

const IDENTITY: Identity = {
  ...{ user_id: 'u', username: 'alice', password_hash: 'hash', active: true, token_epoch: 0 },
  ...{ token_hash: null, token_expired: false, locked: false, locked_just_now: false, proved: true },
  ...{ tenant_id: 't', tenant_name: 'payments', require_if_match: false, permissions: 'secret_list' },
  maintenance: false,
};
const TOKEN: Identity = { ...IDENTITY, token_hash: Buffer.from('token') };
const CALLER = { ...systemCaller(), address: '192.0.2.1' };
const BY_PASSWORD = principalOf(IDENTITY, CALLER);
const BY_TOKEN = principalOf(TOKEN, CALLER, 'id-of-token');

describe('whether a caller would still be let in', () => {
  let found: Identity[];
  let asked: IdentityQuestion[];
  let check: StandingCheck;
  beforeEach(() => {
    asked = [];
    const find = (question: IdentityQuestion): Promise<Identity> => {
      asked.push(question);
      return Promise.resolve((found.length > 1 ? found.shift() : found[0]) as Identity);
    };
    check = new StandingCheck({ find } as unknown as IdentityLookup);
  });

  it.each<[string, Principal, Partial<Identity>, boolean]>([
    ['nothing has changed', BY_PASSWORD, {}, true],
    ['the password was changed', BY_PASSWORD, { password_hash: 'another' }, false],
    ['the user is locked', BY_PASSWORD, { locked: true }, false],
    ['the user is not active', BY_PASSWORD, { active: false }, false],
    ['the user was deleted', BY_PASSWORD, { user_id: null, password_hash: null }, false],
    ['another user has the name', BY_PASSWORD, { user_id: 'v' }, false],
    ['the token is there', BY_TOKEN, { token_hash: Buffer.from('token') }, true],
    ['the password of its user was changed', BY_TOKEN, { ...TOKEN, password_hash: 'another' }, true],
    ['the token was deleted', BY_TOKEN, { token_hash: null }, false],
    ['the token has expired', BY_TOKEN, { ...TOKEN, token_expired: true }, false],
    ['the user of the token is locked', BY_TOKEN, { ...TOKEN, locked: true }, false],
    ['the user of the token is not active', BY_TOKEN, { ...TOKEN, active: false }, false],
    ['another token has the id', BY_TOKEN, { token_hash: Buffer.from('other') }, false],
  ])('is told when %s', async (_, principal, change, stands) => {
    found = [{ ...IDENTITY, ...change }];
    const renewed = check.renew(principal);
    if (stands) expect((await renewed).permissions).toEqual(new Set(['secret_list']));
    else await expect(renewed).rejects.toThrow(Unauthorized);
  });

  it('has the permissions of this moment', async () => {
    found = [{ ...IDENTITY, permissions: '', maintenance: true }];
    expect(await check.renew(BY_PASSWORD)).toMatchObject({ permissions: new Set(), inMaintenance: true });
  });

  it('waits for a lock that may be of verifications in progress', async () => {
    found = [{ ...IDENTITY, locked: true, locked_just_now: true }, IDENTITY];
    expect((await check.renew(BY_PASSWORD)).userId).toBe('u');
    expect(asked).toHaveLength(2);
  });

  it('is asked once for equal callers of a turn, and again in the next', async () => {
    found = [IDENTITY];
    const other = { ...BY_PASSWORD, caller: { ...CALLER, address: '192.0.2.2' } };
    await Promise.all([BY_PASSWORD, BY_PASSWORD, other].map((principal) => check.renew(principal)));
    expect(asked.map(({ source }) => source)).toEqual(['192.0.2.1', '192.0.2.2']);
    await new Promise((resolve) => setImmediate(resolve));
    await check.renew(BY_PASSWORD);
    expect(asked).toHaveLength(3);
  });
});
