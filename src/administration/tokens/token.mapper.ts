import { formatTime } from '../../api/time-format.js';
import { parseExpiry } from '../../users/tokens/token-expiry.js';
import type { TokenDescription } from '../../users/tokens/token-overview.js';
import { maskedToken } from '../../users/tokens/token-value.js';
import type { TokensService } from '../../users/tokens/tokens.service.js';
import type { NewTokenBody, TokenV31 } from './dto/token-v31.js';

/**
 * Returns the options of a new token.
 * @throws BadParameters for an invalid expiry
 */
export function toNewToken({
  description,
  expiration_date: expiry,
}: NewTokenBody): Parameters<TokensService['create']>[1] {
  return {
    description: description ?? undefined,
    expiry: typeof expiry === 'string' ? parseExpiry(expiry) : undefined,
  };
}

/**
 * Returns the token as the API shows it.
 * @param value the complete token, only in the response that creates it
 */
export function toTokenV31(token: TokenDescription, value = maskedToken(token.id)): TokenV31 {
  return {
    id: token.id,
    username: token.username,
    value,
    role: token.role,
    expiration_date: token.expiresAt === null ? null : formatTime(token.expiresAt),
    last_used: token.lastUsedAt === null ? null : formatTime(token.lastUsedAt),
    description: token.description,
  };
}
