import { formatTime } from '../../api/time-format.js';
import type { TokenDescription } from '../../users/tokens/token-overview.js';
import { maskedToken } from '../../users/tokens/token-value.js';
import type { TokenV31 } from './dto/token-v31.js';

/** @param value the whole token, in the answer that made it */
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
