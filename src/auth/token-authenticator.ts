import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../audit/audit-writer.js';
import { Unauthorized } from '../common/errors.js';
import { namedQuery } from '../database/named-query.js';
import { loginNameKey } from '../users/login-name.js';
import { parseTokenValue, tokenHash } from '../users/token-value.js';
import { IdentityLookup } from './identity-lookup.js';
import { LoginTimes } from './login-times.js';
import { namedTenant } from './named-tenant.js';
import { callerOf, principalOf, type Principal } from './principal.js';
import { sourceNetwork } from './source-network.js';

interface StoredToken {
  username: string;
  secret_hash: Buffer;
  expired: boolean;
}

const FIND = `
  SELECT u.username, t.secret_hash, coalesce(t.expires_at <= now(), false) AS expired
  FROM tokens t JOIN users u ON u.id = t.user_id AND u.deleted_at IS NULL WHERE t.id = $1`;

/**
 * Decides who is calling by a token. Token and rights are read for every request. The answers differ only as clients
 * know them, and only for who has the whole token.
 */
@Injectable()
export class TokenAuthenticator {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
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
    const [token] = await namedQuery<StoredToken>(this.dataSource, 'find_token', FIND, [value.id]);
    if (token === undefined) throw new Unauthorized('Unauthorized: the token is not known');
    const right = timingSafeEqual(tokenHash(value.secret), token.secret_hash);
    const identity = await this.identities.find({
      username: token.username,
      nameKey: loginNameKey(token.username),
      source: sourceNetwork(request.ip),
      tenant: namedTenant(request),
    });
    const caller = callerOf(request, identity, 'token');
    const problem = right ? problemOf(token, identity) : 'Unauthorized: the token is not known';
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

function problemOf(
  token: StoredToken,
  identity: { active: boolean | null; locked: boolean },
): string | undefined {
  if (token.expired) return 'Token is expired';
  if (identity.locked) return 'The token belongs to a locked account; try again later';
  return identity.active === true ? undefined : 'No authentication: the user is not active';
}
