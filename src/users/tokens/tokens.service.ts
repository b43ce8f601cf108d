import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent } from '../../audit/audit-event.js';
import { AuditedTransaction } from '../../audit/audited-transaction.js';
import { Refusal } from '../../audit/refusal.js';
import { Forbidden } from '../../common/errors.js';
import type { Caller } from '../../common/tenant-context.js';
import { listRows } from '../../database/list-rows.js';
import { timeText, type Page, type PageRequest } from '../../database/page-request.js';
import { newTokenValue, tokenHash, type TokenValue } from './token-value.js';
import type { SystemRole } from '../user.entity.js';

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

/** Never the hash of the secret part. */
export const TOKEN_COLUMNS = {
  id: { sql: 't.id' },
  username: { sql: 'u.username', ignoresCase: true },
  role: { sql: 'u.system_role' },
  description: { sql: 't.description' },
  expiration_date: { sql: 't.expires_at', text: timeText('t.expires_at') },
  last_used: { sql: 't.last_used_at', text: timeText('t.last_used_at') },
} as const;

export type TokenListOptions = PageRequest<keyof typeof TOKEN_COLUMNS>;

const SELECT = `
  t.id, u.username, u.system_role AS role, t.description, t.expires_at AS "expiresAt",
  t.last_used_at AS "lastUsedAt"`;
const FROM = `
  FROM tokens t JOIN users u ON u.id = t.user_id AND u.deleted_at IS NULL
  WHERE ($1::uuid IS NULL OR t.user_id = $1)`;

const INSERT = `
  INSERT INTO tokens (id, user_id, secret_hash, description, expires_at)
  SELECT $1, $2, $3, $4, least($5::timestamptz, k.expires_at)
  FROM (SELECT $6::text COLLATE "C" AS id) AS by LEFT JOIN tokens k ON k.id = by.id AND k.user_id = $2
  WHERE by.id IS NULL OR k.id IS NOT NULL`;

/** Who makes a token, and by which token where it was by one. */
interface TokenMaker {
  readonly userId: string;
  readonly tokenId: string | undefined;
  readonly caller: Caller;
}

/** Tokens of users. Every act is recorded in the system's log, in its own transaction; by the id, never the value. */
@Injectable()
export class TokensService {
  constructor(@Inject(AuditedTransaction) private readonly transaction: AuditedTransaction) {}

  /**
   * Makes a token of the user, and takes those of the user's that have expired away. One that is made by a token lives
   * no longer than that: who got hold of a token for an hour has it for an hour.
   * @throws Forbidden where the token that it is made by has been deleted, or has expired, since it was let in
   */
  async create(
    { userId, tokenId, caller }: TokenMaker,
    { description, expiresAt }: { description: string | undefined; expiresAt: Date | undefined },
  ): Promise<{ value: TokenValue; token: TokenDescription }> {
    const value = newTokenValue();
    const { id, secret } = value;
    const values = [id, userId, tokenHash(secret), description ?? null, expiresAt ?? null, tokenId ?? null];
    const token = await this.transaction.run(
      newEvent('token.create', caller, { key: value.id }),
      async (manager) => {
        await manager.query('DELETE FROM tokens WHERE user_id = $1 AND expires_at <= now()', [userId]);
        await manager.query(INSERT, values);
        return (
          (await describe(manager, value.id, userId)) ??
          new Refusal('forbidden', new Forbidden('The token that this was asked by is not there any more'))
        );
      },
    );
    return { value, token };
  }

  /** A page of tokens, in the order in which they were made where nothing else is said. */
  list(wanted: TokenListOptions, owner: TokenOwner, caller: Caller): Promise<Page<TokenDescription>> {
    const source = {
      select: SELECT,
      from: FROM,
      values: [owner],
      columns: TOKEN_COLUMNS,
      searched: 't.description',
      order: 't.created_at, t.id',
    };
    return this.transaction.run(newEvent('token.list', caller), (manager) =>
      listRows(manager, source, wanted),
    );
  }

  /** @throws NotFound where that owner has no such token */
  read(id: string, owner: TokenOwner, caller: Caller): Promise<TokenDescription> {
    const event = newEvent('token.read', caller, { key: toStorableText(id) });
    return this.transaction.run(
      event,
      async (manager) => (await describe(manager, id, owner)) ?? Refusal.missing('Token', id),
    );
  }

  /** @throws NotFound where that owner has no such token */
  async delete(id: string, owner: TokenOwner, caller: Caller): Promise<void> {
    const event = newEvent('token.delete', caller, { key: toStorableText(id) });
    await this.transaction.run<undefined>(event, async (manager) => {
      const [, deleted] = await manager.query<[unknown[], number]>(
        'DELETE FROM tokens WHERE ($1::uuid IS NULL OR user_id = $1) AND id = $2',
        [owner, toStorableText(id)],
      );
      return deleted === 0 ? Refusal.missing('Token', id) : undefined;
    });
  }
}

async function describe(
  manager: EntityManager,
  id: string,
  owner: TokenOwner,
): Promise<TokenDescription | undefined> {
  const text = `SELECT ${SELECT} ${FROM} AND t.id = $2`;
  const [token] = await manager.query<TokenDescription[]>(text, [owner, toStorableText(id)]);
  return token;
}

/** What cannot be an id is nobody's: the database cannot hold every text. */
function toStorableText(id: string): string {
  return /^[A-Za-z0-9]{1,64}$/.test(id) ? id : '-';
}
