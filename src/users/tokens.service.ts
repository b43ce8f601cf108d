import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { recordedAct, Refusal } from '../audit/recorded-act.js';
import { NotFound } from '../common/errors.js';
import { printable } from '../common/printable.js';
import type { Caller } from '../common/tenant-context.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { newTokenValue, tokenHash, type TokenValue } from './token-value.js';
import type { SystemRole } from './user.entity.js';

/** A token without its secret part. */
export interface TokenDescription {
  readonly id: string;
  readonly username: string;
  readonly role: SystemRole;
  readonly description: string | null;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** Whose tokens are meant: those of the user of that id; null for everybody's. */
export type TokenOwner = string | null;

const DESCRIBED = `
  SELECT t.id, u.username, u.system_role AS role, t.description, t.expires_at AS "expiresAt",
         t.last_used_at AS "lastUsedAt"
  FROM tokens t JOIN users u ON u.id = t.user_id AND u.deleted_at IS NULL
  WHERE ($1::text IS NULL OR t.user_id::text = $1)`;

/** Tokens of users. Every change is recorded in the system's log, in its own transaction; by the id, never the value. */
@Injectable()
export class TokensService {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  /** Makes a token of the user, and takes those of the user's that have expired away. */
  async create(
    userId: string,
    { description, expiresAt }: { description: string | undefined; expiresAt: Date | undefined },
    caller: Caller,
  ): Promise<{ value: TokenValue; token: TokenDescription }> {
    const value = newTokenValue();
    const values = [value.id, userId, tokenHash(value.secret), description ?? null, expiresAt ?? null];
    await recordedAct<undefined>(
      this.transaction,
      newEvent('token.create', caller, { key: value.id }),
      async (manager) => {
        await manager.query('DELETE FROM tokens WHERE user_id = $1 AND expires_at <= now()', [userId]);
        await manager.query(
          'INSERT INTO tokens (id, user_id, secret_hash, description, expires_at) VALUES ($1, $2, $3, $4, $5)',
          values,
        );
        return undefined;
      },
    );
    return { value, token: await this.find(value.id, userId) };
  }

  list(owner: TokenOwner): Promise<TokenDescription[]> {
    return this.dataSource.query<TokenDescription[]>(`${DESCRIBED} ORDER BY t.created_at, t.id`, [owner]);
  }

  /** @throws NotFound where that owner has no such token */
  async find(id: string, owner: TokenOwner): Promise<TokenDescription> {
    const [token] = await this.dataSource.query<TokenDescription[]>(`${DESCRIBED} AND t.id = $2`, [
      owner,
      storable(id),
    ]);
    if (token === undefined) throw unknownToken(id);
    return token;
  }

  /** @throws NotFound where that owner has no such token */
  async delete(id: string, owner: TokenOwner, caller: Caller): Promise<void> {
    const event = newEvent('token.delete', caller, { key: storable(id) });
    await recordedAct<undefined>(this.transaction, event, async (manager) => {
      const [, deleted] = await manager.query<[unknown[], number]>(
        'DELETE FROM tokens WHERE ($1::text IS NULL OR user_id::text = $1) AND id = $2',
        [owner, storable(id)],
      );
      return deleted === 0 ? new Refusal('not_found', unknownToken(id)) : undefined;
    });
  }
}

/** What cannot be an id is nobody's: the database cannot hold every text. */
function storable(id: string): string {
  return /^[A-Za-z0-9]{1,64}$/.test(id) ? id : '-';
}

function unknownToken(id: string): NotFound {
  return new NotFound(`Requested \`Token\` with ID \`${printable(id)}\` was not found`);
}
