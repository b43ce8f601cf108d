import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { newEvent } from '../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../audit/audit-writer.js';
import { PasswordHasher } from '../crypto/password-hasher.js';
import { ConcurrencyLimit, type ConcurrencyLimits } from '../common/concurrency-limit.js';
import type { BasicCredentials } from './basic-credentials.js';
import { IdentityLookup, type Identity, type IdentityQuestion } from './identity-lookup.js';
import { loginNameKey } from '../users/login-name.js';
import { LoginThrottle } from './login-throttle.js';
import { LoginTimes } from './login-times.js';
import { namedTenant } from './named-tenant.js';
import { callerOf, principalOf, type Principal } from './principal.js';
import { sourceNetwork } from './source-network.js';
import { VerifiedPasswords } from './verified-passwords.js';

/** Waits this long, and this often, for a lock that may only reflect verifications in progress. */
const FRESH_LOCK_WAIT_MS = 250;
const FRESH_LOCK_WAITS = 8;

type Login = IdentityQuestion & { readonly nameKey: Buffer };

/** Limits the verifications that run or wait; a source is a network. */
const VERIFICATIONS: ConcurrencyLimits = {
  all: 64,
  ofOneSource: 32,
  refusal: 'Too many logins at this moment; try again in a second',
};

/**
 * Describes the result of a check. `perhaps later`: nothing was verified, because the lock is so fresh that it may only
 * reflect verifications in progress.
 */
type Proof = 'right' | 'wrong' | 'perhaps later';

/**
 * Authenticates requests by user name and password. The database is asked for every request; only the costly
 * verification of a password is remembered. Unknown, wrong, locked and inactive each cost one verification and get the
 * same answer.
 */
@Injectable()
export class Authenticator {
  private readonly verified = new VerifiedPasswords();
  private readonly underway = new Map<string, Promise<Proof>>();
  private readonly slots = new ConcurrencyLimit(VERIFICATIONS);

  constructor(
    @Inject(IdentityLookup) private readonly identities: IdentityLookup,
    @Inject(LoginThrottle) private readonly throttle: LoginThrottle,
    @Inject(LoginTimes) private readonly loginTimes: LoginTimes,
    @Inject(PasswordHasher) private readonly hasher: PasswordHasher,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {}

  /**
   * @returns the principal, or false when the credentials are not valid
   * @throws TooManyRequests when too many verifications wait
   * @throws Unavailable when the database cannot be reached or a failed login cannot be recorded
   */
  async authenticate(request: FastifyRequest, credentials: BasicCredentials): Promise<Principal | false> {
    const question: Login = {
      username: credentials.username,
      nameKey: loginNameKey(credentials.username),
      source: sourceNetwork(request.ip),
      tenant: namedTenant(request),
    };
    for (let waits = FRESH_LOCK_WAITS; ; waits -= 1) {
      const identity = await this.identities.find(question);
      const proof =
        identity.locked_just_now && waits > 0
          ? 'perhaps later'
          : await this.proof(request, question, identity, credentials.password);
      if (proof === 'right') return this.welcomed(request, identity);
      if (proof === 'wrong') return false;
      if (waits === 0) return this.hasher.verifyDecoy(credentials.password);
      await sleep(FRESH_LOCK_WAIT_MS);
    }
  }

  private welcomed(request: FastifyRequest, identity: Identity): Principal {
    const principal = principalOf(identity, callerOf(request, identity));
    this.loginTimes.note(principal.userId);
    return principal;
  }

  private async proof(
    request: FastifyRequest,
    question: Login,
    identity: Identity,
    password: string,
  ): Promise<Proof> {
    const hash = identity.active === true ? identity.password_hash : null;
    if (hash === null || identity.locked)
      return this.verify(request, question, identity, hash ?? undefined, password);
    const tag = this.verified.tagOf(hash, password);
    // Does not clear the counters: a busy client would otherwise allow unlimited guesses from its address.
    if (this.verified.has(tag)) return 'right';
    const underway = this.underway.get(tag);
    if (underway !== undefined && (await underway) === 'right') return 'right';
    const verification = this.verify(request, question, identity, hash, password);
    this.underway.set(tag, verification);
    try {
      const proof = await verification;
      if (proof === 'right') this.verified.add(tag);
      return proof;
    } finally {
      if (this.underway.get(tag) === verification) this.underway.delete(tag);
    }
  }

  /**
   * Verifies a password once. The attempt is reserved first, so that concurrent attempts on all replicas together
   * cannot exceed the limit.
   */
  private verify(
    request: FastifyRequest,
    { nameKey, source }: Login,
    identity: Identity,
    hash: string | undefined,
    password: string,
  ): Promise<Proof> {
    return this.slots.hold(source, async () => {
      const { verdict, locks, fresh } = await this.throttle.reserve(nameKey, source);
      if (fresh) return 'perhaps later';
      if (verdict !== 'allowed' || hash === undefined) await this.hasher.verifyDecoy(password);
      else if (await this.hasher.verify(hash, password)) {
        await this.throttle.succeeded(nameKey, source);
        return 'right';
      }
      if (verdict === 'allowed') await this.recordFailure(request, identity, locks);
      return 'wrong';
    });
  }

  /** Records a failure. The name of an unknown user is left out: people type passwords into the wrong field. */
  private recordFailure(request: FastifyRequest, identity: Identity, locks: boolean): Promise<void> {
    const outcome = locks ? 'locked' : 'failed';
    const event = newEvent('login', callerOf(request, identity), { key: identity.username, outcome });
    return this.audit.record(SYSTEM_LOG, event);
  }
}
