import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { newEvent } from '../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../audit/audit-writer.js';
import { Unauthorized } from '../common/errors.js';
import { parseTokenValue, tokenHash } from '../users/token-value.js';
import { IdentityLookup, type Identity } from './identity-lookup.js';
import { LoginTimes } from './login-times.js';
import { namedTenant } from './named-tenant.js';
import { callerOf, principalOf, type Principal } from './principal.js';
import { sourceNetwork } from './source-network.js';

const UNKNOWN = 'Unauthorized: the token is not known';

/**
 * Decides who is calling by a token. Token and rights are read for every request. The answers differ only as clients
 * know them, and only for who has the whole token.
 */
@Injectable()
export class TokenAuthenticator {
  constructor(
    @Inject(IdentityLookup) private readonly identities: IdentityLookup,
    @Inject(LoginTimes) private readonly loginTimes: LoginTimes,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {}

  /**
   * @throws Unauthorized when the token proves nobody
   * @throws Unavailable when the database cannot be reached or a failure cannot be recorded
   */
  async authenticate(request: FastifyRequest, text: string): Promise<Principal> {
    const value = parseTokenValue(text);
    if (value === undefined) throw new Unauthorized('Invalid token structure');
    const identity = await this.identities.find({
      tokenId: value.id,
      source: sourceNetwork(request.ip),
      tenant: namedTenant(request),
    });
    const { token_hash: hash, user_id: owner } = identity;
    if (hash === null || owner === null) throw new Unauthorized(UNKNOWN);
    const caller = callerOf(request, identity, 'token');
    const problem = timingSafeEqual(tokenHash(value.secret), hash) ? problemOf(identity) : UNKNOWN;
    if (problem !== undefined) {
      const outcome = identity.locked ? 'locked' : 'failed';
      await this.audit.record(SYSTEM_LOG, newEvent('login', caller, { key: identity.username, outcome }));
      throw new Unauthorized(problem);
    }
    const principal = principalOf(identity, caller);
    this.loginTimes.noteToken(value.id);
    return principal;
  }
}

function problemOf(identity: Identity): string | undefined {
  if (identity.token_expired) return 'Token is expired';
  if (identity.locked) return 'The token belongs to a locked account; try again later';
  return identity.active === true ? undefined : 'No authentication: the user is not active';
}
