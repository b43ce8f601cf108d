import { timeText, type PageRequest } from '../../database/page-request.js';
import type { SystemRole } from '../user.entity.js';

/** Describes a token without its secret part. */
export interface TokenDescription {
  readonly id: string;
  readonly username: string;
  readonly role: SystemRole;
  readonly description: string | null;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** Identifies the user whose tokens are meant; null means the tokens of all users. */
export type TokenOwner = string | null;

/** Lists the columns that a list can be sorted and filtered by; never the hash of the secret part. */
export const TOKEN_COLUMNS = {
  id: { sql: 't.id' },
  username: { sql: 'u.username', ignoresCase: true },
  role: { sql: 'u.system_role' },
  description: { sql: 't.description' },
  expiration_date: { sql: 't.expires_at', text: timeText('t.expires_at') },
  last_used: { sql: 't.last_used_at', text: timeText('t.last_used_at') },
} as const;

export type TokenListOptions = PageRequest<keyof typeof TOKEN_COLUMNS>;
