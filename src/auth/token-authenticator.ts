import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { newEvent } from '../audit/audit-event.js';
import { Unauthorized } from '../common/errors.js';
import { parseTokenValue, tokenHash } from '../users/tokens/token-value.js';
import { IdentityLookup, type Identity } from './identity-lookup.js';
import { LoginTimes } from './login-times.js';
import { namedTenant } from './named-tenant.js';
import { callerOf, principalOf, type Principal } from './principal.js';
import { sourceNetwork } from './source-network.js';
import { TokenFailures } from './throttle/token-failures.js';

const MALFORMED =
  'Invalid token structure: the header `Authentication-Token` must be `ctok-`, 10 letters or digits, `-`, and 40 letters ' +
  'or digits';
const UNKNOWN = 'Unauthorized: the token is not known: it is mistyped or was deleted, so create another';

/**
 * Authenticates requests by token. Token and permissions are read for every request. The answers distinguish only what
 * clients know already, and only for callers who have the whole token.
 */
@Injectable()
export class TokenAuthenticator {
  constructor(
    @Inject(IdentityLookup) private readonly identities: IdentityLookup,
    @Inject(LoginTimes) private readonly loginTimes: LoginTimes,
    @Inject(TokenFailures) private readonly failures: TokenFailures,
  ) {}

  /**
   * @throws Unauthorized when the token is not valid
   * @throws Unavailable when the database cannot be reached or a failure cannot be recorded
   */
  async authenticate(request: FastifyRequest, text: string): Promise<Principal> {
    const value = parseTokenValue(text);
    if (value === undefined) throw new Unauthorized(MALFORMED);
    const source = sourceNetwork(request.ip);
    const identity = await this.identities.find({
      tokenId: value.id,
      source,
      tenant: namedTenant(request),
    });
    const problem = problemOf(identity, value.secret);
    if (problem !== undefined) {
      await this.recordFailure(request, identity, source);
      throw new Unauthorized(problem);
    }
    this.loginTimes.noteToken(value.id);
    return principalOf(identity, callerOf(request, identity, 'token'), value.id);
  }

  /**
   * Records a failure. Only the records are throttled, not the requests: a token cannot be guessed, so others at the
   * same address need not be refused. A caller that fails too often waits up to a second for each answer.
   */
  private recordFailure(request: FastifyRequest, identity: Identity, source: string): Promise<void> {
    const outcome = identity.locked ? 'locked' : 'failed';
    const caller = callerOf(request, identity, 'token');
    return this.failures.record(source, newEvent('login', caller, { key: identity.username, outcome }));
  }
}

function problemOf(identity: Identity, secret: string): string | undefined {
  const { token_hash: hash, user_id: owner } = identity;
  if (hash === null || owner === null || !timingSafeEqual(tokenHash(secret), hash)) return UNKNOWN;
  if (identity.token_expired) return 'Token is expired: create another';
  if (identity.locked) return 'The token belongs to a locked account; try again later';
  return identity.active === true
    ? undefined
    : 'No authentication: the user is not active; an administrator can activate the account';
}
