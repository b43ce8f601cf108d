import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { newEvent } from '../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../audit/audit-writer.js';
import { TooManyRequests } from '../common/errors.js';
import type { Caller } from '../common/tenant-context.js';
import { PasswordHasher } from '../crypto/password-hasher.js';
import type { BasicCredentials } from './basic-credentials.js';
import { IdentityLookup, type Identity, type IdentityQuestion } from './identity-lookup.js';
import { loginNameKey } from './login-name.js';
import { LoginThrottle } from './login-throttle.js';
import { LoginTimes } from './login-times.js';
import { permissionSet } from './permission-set.js';
import type { Principal } from './principal.js';
import { singleHeader } from './single-header.js';
import { sourceNetwork } from './source-network.js';
import { VerifiedPasswords } from './verified-passwords.js';

/** How long a login waits for a lock that may only be a verification under way. */
const FRESH_LOCK_WAIT_MS = 250;

/**
 * Decides who is calling. What the database says is read for every request; only the costly comparison of a password
 * is remembered. Unknown, wrong, locked and inactive cost one verification each and give one answer.
 */
@Injectable()
export class Authenticator {
  private readonly verified = new VerifiedPasswords();
  private readonly underway = new Map<string, Promise<boolean>>();

  constructor(
    @Inject(IdentityLookup) private readonly identities: IdentityLookup,
    @Inject(LoginThrottle) private readonly throttle: LoginThrottle,
    @Inject(LoginTimes) private readonly loginTimes: LoginTimes,
    @Inject(PasswordHasher) private readonly hasher: PasswordHasher,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {}

  /**
   * @returns the principal, or false when the credentials prove nobody
   * @throws TooManyRequests when too many verifications wait
   * @throws Unavailable when the database cannot be reached or a failed login cannot be recorded
   */
  async authenticate(request: FastifyRequest, credentials: BasicCredentials): Promise<Principal | false> {
    const question: IdentityQuestion = {
      username: credentials.username,
      nameKey: loginNameKey(credentials.username),
      source: sourceNetwork(request.ip),
      tenant: singleHeader(request.raw, 'tenant'),
    };
    const identity = await this.identify(question);
    if (!(await this.proves(request, question, identity, credentials.password))) return false;
    const principal = principalOf(identity, callerOf(request, identity));
    this.loginTimes.note(principal.userId);
    return principal;
  }

  private async identify(question: IdentityQuestion): Promise<Identity> {
    const identity = await this.identities.find(question);
    if (!identity.locked_just_now) return identity;
    await sleep(FRESH_LOCK_WAIT_MS);
    return this.identities.find(question);
  }

  private async proves(
    request: FastifyRequest,
    question: IdentityQuestion,
    identity: Identity,
    password: string,
  ): Promise<boolean> {
    if (identity.locked) return this.hasher.verifyDecoy(password);
    const hash = identity.active === true ? identity.password_hash : null;
    if (hash === null) return this.verify(request, question, identity, undefined, password);
    const tag = this.verified.tagOf(hash, password);
    // Clears no counter: else a busy client would give those who share its address guesses without end.
    if (this.verified.has(tag)) return true;
    const underway = this.underway.get(tag);
    if (underway !== undefined && (await underway)) return true;
    const verification = this.verify(request, question, identity, hash, password);
    this.underway.set(tag, verification);
    try {
      const right = await verification;
      if (right) this.verified.add(tag);
      return right;
    } finally {
      if (this.underway.get(tag) === verification) this.underway.delete(tag);
    }
  }

  /** One attempt: reserved first, so that what runs at the same moment anywhere cannot guess more than is allowed. */
  private async verify(
    request: FastifyRequest,
    { nameKey, source }: IdentityQuestion,
    identity: Identity,
    hash: string | undefined,
    password: string,
  ): Promise<boolean> {
    if (this.hasher.full) throw new TooManyRequests('Too many logins at this moment; try again in a second');
    const { verdict, locks } = await this.throttle.reserve(nameKey, source);
    if (verdict !== 'allowed' || hash === undefined) await this.hasher.verifyDecoy(password);
    else if (await this.hasher.verify(hash, password)) {
      await this.throttle.succeeded(nameKey, source);
      return true;
    }
    if (verdict === 'allowed') await this.recordFailure(request, identity, locks);
    return false;
  }

  /** A name that is nobody's is not kept: people type passwords into the wrong field. */
  private recordFailure(request: FastifyRequest, identity: Identity, locks: boolean): Promise<void> {
    const outcome = locks ? 'locked' : 'failed';
    const event = newEvent('login', callerOf(request, identity), { key: identity.username, outcome });
    return this.audit.record(SYSTEM_LOG, event);
  }
}

function callerOf(request: FastifyRequest, identity: Identity): Caller {
  return {
    actorId: identity.user_id,
    actorName: identity.username,
    method: 'basic',
    requestId: request.id,
    address: request.ip,
  };
}

function principalOf(identity: Identity, caller: Caller): Principal {
  const {
    user_id: userId,
    username,
    tenant_id: id,
    tenant_name: name,
    key_generation: keyGeneration,
  } = identity;
  if (userId === null || username === null) throw new Error('A principal without a user');
  const named = id !== null && name !== null && keyGeneration !== null;
  return {
    userId,
    username,
    tenant: named ? { id, name, keyGeneration } : undefined,
    permissions: permissionSet(identity.permissions),
    caller,
  };
}
