import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { listRows } from '../../database/list-rows.js';
import type { Page } from '../../database/page-request.js';
import {
  TOKEN_COLUMNS,
  type TokenDescription,
  type TokenListOptions,
  type TokenOwner,
} from './token-overview.js';

const SELECT = `
  t.id, u.username, u.system_role AS role, t.description, t.expires_at AS "expiresAt",
  t.last_used_at AS "lastUsedAt"`;

/** Takes the owner as $1, or NULL for every owner. */
const FROM = `
  FROM tokens t JOIN users u ON u.id = t.user_id AND u.deleted_at IS NULL
  WHERE ($1::uuid IS NULL OR t.user_id = $1)`;

/** Takes the id of the token that this one is created by as $6, or NULL. */
const INSERT = `
  INSERT INTO tokens (id, user_id, secret_hash, description, expires_at)
  SELECT $1, $2, $3, $4, least($5::timestamptz, k.expires_at)
  FROM (SELECT $6::text COLLATE "C" AS id) AS by LEFT JOIN tokens k ON k.id = by.id AND k.user_id = $2
  WHERE by.id IS NULL OR k.id IS NOT NULL
  RETURNING id`;

export interface NewToken {
  readonly id: string;
  readonly userId: string;
  readonly secretHash: Buffer;
  readonly description: string | undefined;
  readonly expiresAt: Date | undefined;
  /** Identifies the token that this one is created by, which bounds the expiry. */
  readonly createdBy: string | undefined;
}

/** Reads and writes `tokens`; those of deleted users are never returned. */
@Injectable()
export class TokensRepository {
  /** @returns false where the token that it is created by no longer exists */
  async insert(manager: EntityManager, token: NewToken): Promise<boolean> {
    const { id, userId, secretHash, description = null, expiresAt = null, createdBy = null } = token;
    const values = [id, userId, secretHash, description, expiresAt, createdBy];
    const inserted = await manager.query<unknown[]>(INSERT, values);
    return inserted.length > 0;
  }

  async deleteExpired(manager: EntityManager, userId: string): Promise<void> {
    await manager.query('DELETE FROM tokens WHERE user_id = $1 AND expires_at <= now()', [userId]);
  }

  async find(manager: EntityManager, id: string, owner: TokenOwner): Promise<TokenDescription | undefined> {
    const [token] = await manager.query<TokenDescription[]>(`SELECT ${SELECT} ${FROM} AND t.id = $2`, [
      owner,
      id,
    ]);
    return token;
  }

  /** Returns a page of tokens, oldest first unless `options` sort otherwise. */
  list(
    manager: EntityManager,
    options: TokenListOptions,
    owner: TokenOwner,
  ): Promise<Page<TokenDescription>> {
    const source = {
      select: SELECT,
      from: FROM,
      values: [owner],
      columns: TOKEN_COLUMNS,
      searched: 't.description',
      order: 't.created_at, t.id',
      bytes: `octet_length(u.username) + coalesce(octet_length(to_json(t.description)::text), 4) + 300`,
    };
    return listRows(manager, source, options);
  }

  /** @returns false where that owner has no such token */
  async delete(manager: EntityManager, id: string, owner: TokenOwner): Promise<boolean> {
    const [, deleted] = await manager.query<[unknown[], number]>(
      'DELETE FROM tokens WHERE ($1::uuid IS NULL OR user_id = $1) AND id = $2',
      [owner, id],
    );
    return deleted > 0;
  }
}
