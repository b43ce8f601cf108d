import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { newEvent } from '../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../audit/audit-writer.js';
import { opaqueString } from '../common/passwords/password-rules.js';
import { PasswordHasher } from '../crypto/password-hasher.js';
import type { BasicCredentials } from './basic-credentials.js';
import { IdentityLookup, type Identity, type IdentityQuestion } from './identity-lookup.js';
import { loginNameKey } from '../users/login-name.js';
import { shareOfLogin } from './throttle/login-share.js';
import { LoginThrottle, type Reservation } from './throttle/login-throttle.js';
import { LoginTimes } from './login-times.js';
import { namedTenant } from './named-tenant.js';
import { callerOf, principalOf, type Principal } from './principal.js';
import { RefusedLogins } from './throttle/refused-logins.js';
import { sourceNetwork } from './source-network.js';
import { VerificationQueue } from './throttle/verification-queue.js';
import { VerifiedPasswords } from './verified-passwords.js';

/** Sets how long, and how often, to wait for a lock that may only reflect verifications in progress. */
const FRESH_LOCK_WAIT_MS = 250;
const FRESH_LOCK_WAITS = 8;

interface Login extends IdentityQuestion {
  readonly nameKey: Buffer;
  readonly password: string;
  readonly request: FastifyRequest;
}

/**
 * Describes the result of a check. `right just now`: the password was verified for this check, which may have waited.
 * `perhaps later`: nothing was verified, because the lock is so fresh that it may only reflect verifications in
 * progress.
 */
type Proof = 'right' | 'right just now' | 'wrong' | 'perhaps later';

/**
 * Authenticates requests by user name and password. It queries the database for every request, and caches only the
 * costly verification of a password. Unknown, wrong, locked and inactive credentials each cost one verification and get
 * the same answer.
 */
@Injectable()
export class Authenticator {
  private readonly verified = new VerifiedPasswords();
  private readonly underway = new Map<string, Promise<Proof>>();

  constructor(
    @Inject(IdentityLookup) private readonly identities: IdentityLookup,
    @Inject(LoginThrottle) private readonly throttle: LoginThrottle,
    @Inject(LoginTimes) private readonly loginTimes: LoginTimes,
    @Inject(PasswordHasher) private readonly hasher: PasswordHasher,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(VerificationQueue) private readonly queue: VerificationQueue,
    @Inject(RefusedLogins) private readonly refused: RefusedLogins,
  ) {}

  /**
   * @returns the principal, or false when the credentials are not valid
   * @throws TooManyRequests when too many verifications wait
   * @throws Unavailable when the database cannot be reached or a failed login cannot be recorded
   */
  async authenticate(request: FastifyRequest, credentials: BasicCredentials): Promise<Principal | false> {
    const login: Login = {
      username: credentials.username,
      // All forms of a password share one verification.
      password: opaqueString(credentials.password),
      nameKey: loginNameKey(credentials.username),
      source: sourceNetwork(request.ip),
      tenant: namedTenant(request),
      request,
    };
    for (let waits = FRESH_LOCK_WAITS; ; waits -= 1) {
      const identity = await this.identities.find(login);
      const proof =
        identity.locked_just_now && waits > 0 ? 'perhaps later' : await this.proof(login, identity);
      if (proof === 'right') return this.welcomed(request, identity);
      if (proof === 'right just now') return this.welcomedAfterWaiting(login, identity);
      if (proof === 'wrong') return false;
      if (waits === 0) return this.inTurn(login, identity, () => this.hasher.verifyDecoy(login.password));
      await sleep(FRESH_LOCK_WAIT_MS);
    }
  }

  private welcomed(request: FastifyRequest, identity: Identity): Principal {
    const principal = principalOf(identity, callerOf(request, identity));
    this.loginTimes.note(principal.userId);
    return principal;
  }

  /** Looks the user up again, since rights and password may have changed while the verification waited for its turn. */
  private async welcomedAfterWaiting(login: Login, before: Identity): Promise<Principal | false> {
    const identity = await this.identities.find(login);
    const isSame = identity.active === true && identity.password_hash === before.password_hash;
    return isSame && this.welcomed(login.request, identity);
  }

  private async proof(login: Login, identity: Identity): Promise<Proof> {
    const hash = identity.active === true ? identity.password_hash : null;
    if (hash === null || identity.locked) return this.verify(login, identity, hash ?? undefined);
    const tag = this.verified.tagOf(hash, login.password);
    // Does not clear the counters: a busy client would otherwise allow unlimited guesses from its address.
    if (this.verified.has(tag)) return 'right';
    const underway = this.underway.get(tag);
    if (underway !== undefined && (await underway) === 'right just now') return 'right just now';
    const verification = this.verify(login, identity, hash);
    this.underway.set(tag, verification);
    try {
      const proof = await verification;
      if (proof === 'right just now') this.verified.add(tag);
      return proof;
    } finally {
      if (this.underway.get(tag) === verification) this.underway.delete(tag);
    }
  }

  /**
   * Verifies a password once. The attempt is reserved first, so that concurrent attempts on all replicas together
   * cannot exceed the limit.
   */
  private verify(login: Login, identity: Identity, hash: string | undefined): Promise<Proof> {
    const { nameKey, source, password } = login;
    return this.inTurn(login, identity, async () => {
      const reservation = await this.throttle.reserve(nameKey, source, identity.user_id !== null);
      const { verdict, fresh } = reservation;
      if (fresh) return 'perhaps later';
      if (verdict !== 'allowed' || hash === undefined) await this.hasher.verifyDecoy(password);
      else if (await this.hasher.verify(hash, password)) {
        await this.throttle.succeeded(nameKey, source, reservation);
        return 'right just now';
      }
      // Waiting for the count would let a caller distinguish a lock from a wrong password.
      if (verdict === 'allowed') await this.recordFailure(login.request, identity, reservation);
      else void this.refused.count(source);
      return 'wrong';
    });
  }

  private inTurn<T>({ source, nameKey }: Login, identity: Identity, work: () => Promise<T>): Promise<T> {
    return this.queue.hold(shareOfLogin(nameKey, source), identity.proved && !identity.locked, work);
  }

  /** Records a failure. The name of an unknown user is left out: people type passwords into the wrong field. */
  private recordFailure(
    request: FastifyRequest,
    identity: Identity,
    reservation: Reservation,
  ): Promise<void> {
    this.throttle.failed(reservation);
    const outcome = reservation.locks ? 'locked' : 'failed';
    const event = newEvent('login', callerOf(request, identity), { key: identity.username, outcome });
    return this.audit.record(SYSTEM_LOG, event);
  }
}
