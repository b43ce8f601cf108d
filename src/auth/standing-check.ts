import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Unauthorized } from '../common/errors.js';
import { loginNameKey } from '../users/login-name.js';
import { IdentityLookup, type Identity, type IdentityQuestion } from './identity-lookup.js';
import { principalOf, type Principal } from './principal.js';
import { sourceNetwork } from './source-network.js';

/** Sets how long, and how often, to wait for a lock that may only reflect verifications in progress. */
const FRESH_LOCK_WAIT_MS = 250;
const FRESH_LOCK_WAITS = 8;

/**
 * Tells whether a caller whose request goes on for long would still be let in. It verifies no password and counts no
 * failure: it compares the stored hash with the one that the caller was let in by.
 */
@Injectable()
export class StandingCheck {
  /** The questions of this turn of the event loop: one caller may have many requests that wait. */
  private readonly asked = new Map<string, Promise<Identity>>();

  constructor(@Inject(IdentityLookup) private readonly identities: IdentityLookup) {}

  /**
   * Looks a principal up again.
   * @returns the principal with the permissions of this moment in the tenant of the same name
   * @throws Unauthorized when the password was changed, the token has ended, or the user is locked, inactive or deleted
   * @throws Busy, Unavailable when the database does not tell
   */
  async renew(principal: Principal): Promise<Principal> {
    for (let waits = FRESH_LOCK_WAITS; ; waits -= 1) {
      const identity = await this.ask(principal);
      if (identity.locked_just_now && waits > 0) {
        await sleep(FRESH_LOCK_WAIT_MS);
        continue;
      }
      if (!isStanding(identity, principal)) throw new Unauthorized(ENDED);
      return principalOf(identity, principal.caller, principal.tokenId);
    }
  }

  /** Asks once for all equal questions of the same turn. */
  private ask(principal: Principal): Promise<Identity> {
    const question = questionOf(principal);
    const name = JSON.stringify([principal.userId, question.tokenId, question.source, question.tenant]);
    const same = this.asked.get(name);
    if (same !== undefined) return same;
    if (this.asked.size === 0) setImmediate(() => this.asked.clear());
    const asked = this.identities.find(question);
    this.asked.set(name, asked);
    return asked;
  }
}

const ENDED =
  'User unauthorized: The credentials with which the request began are not valid any more: the password or the token has ' +
  'changed or ended, or the user is locked or inactive; log in again';

function questionOf({ username, tokenId, tenant, caller }: Principal): IdentityQuestion {
  const place = { source: sourceNetwork(caller.address ?? ''), tenant: tenant?.name };
  if (tokenId !== undefined) return { tokenId, ...place };
  return { username, nameKey: loginNameKey(username), ...place };
}

function isStanding(identity: Identity, { userId, proof, tokenId }: Principal): boolean {
  if (identity.user_id !== userId || identity.active !== true || identity.locked) return false;
  if (tokenId === undefined) return identity.password_hash === proof;
  const { token_hash: hash, token_expired: hasEnded } = identity;
  return !hasEnded && hash !== null && Buffer.isBuffer(proof) && hash.equals(proof);
}
