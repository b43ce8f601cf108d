import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { nameProblem } from '../../common/names/resource-name.js';
import { listRows } from '../../database/list-rows.js';
import type { Page } from '../../database/page-request.js';
import type { TokenExpiry } from './token-expiry.js';
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

/** Keeps a user from changing until the transaction ends, unless all tokens were ended since the epoch $2. */
const HOLD_OWNER = `
  SELECT id FROM users WHERE id = $1 AND token_epoch = $2 AND active AND deleted_at IS NULL FOR SHARE`;

const FIND_OWNER = `
  SELECT id AS "userId", token_epoch AS epoch FROM users
  WHERE lower(username) = lower($1 COLLATE "C") AND deleted_at IS NULL`;

const END_EPOCH = 'UPDATE users SET token_epoch = token_epoch + 1 WHERE id = $1';

/**
 * Takes the id of the token that this one is created by as $6, or NULL. That token is kept until the transaction ends:
 * its deletion waits, and then also deletes this one. The expiry is the time $5, or $7 milliseconds from now.
 */
const INSERT = `
  WITH parent AS (
    SELECT id, expires_at FROM tokens WHERE id = $6::text COLLATE "C" AND user_id = $2 FOR KEY SHARE
  )
  INSERT INTO tokens (id, user_id, parent_id, secret_hash, description, expires_at)
  SELECT $1, $2, parent.id, $3, $4, 
    least(coalesce($5::timestamptz, now() + $7::float8 * interval '1 millisecond'), parent.expires_at)
  FROM (SELECT) AS one LEFT JOIN parent ON true
  WHERE $6 IS NULL OR parent.id IS NOT NULL
  RETURNING id`;

/**
 * Begins a deletion of tokens, which locks parents before the tokens that they created. A deletion of one token locks
 * them in that order, too.
 */
const DELETE_IN_ORDER = (condition: string): string => `
  WITH held AS (SELECT id FROM tokens WHERE user_id = $1 ${condition} ORDER BY created_at, id FOR UPDATE)
  DELETE FROM tokens t USING held WHERE t.id = held.id`;

const DELETE_EXPIRED = DELETE_IN_ORDER('AND expires_at <= now()');
const DELETE_ALL = DELETE_IN_ORDER('');

export interface NewToken {
  readonly id: string;
  readonly userId: string;
  readonly secretHash: Buffer;
  readonly description: string | undefined;
  readonly expiry: TokenExpiry | undefined;
  /** The user's epoch when the request was admitted. */
  readonly epoch: number;
  /** Identifies the token that this one is created by, which bounds the expiry and with which it ends. */
  readonly createdBy: string | undefined;
}

/** Reads and writes `tokens`; those of deleted users are never returned. */
@Injectable()
export class TokensRepository {
  /**
   * Inserts a token, and deletes the user's expired ones.
   * @returns false if the token that it is created by no longer exists, all tokens of the user were ended since the
   *   epoch, or the user is not active
   */
  async insert(manager: EntityManager, token: NewToken): Promise<boolean> {
    const { id, userId, secretHash, description = null, expiry, createdBy = null } = token;
    const held = await manager.query<unknown[]>(HOLD_OWNER, [userId, token.epoch]);
    if (held.length === 0) return false;
    await manager.query(DELETE_EXPIRED, [userId]);
    const at = expiry !== undefined && 'at' in expiry ? expiry.at : null;
    const after = expiry !== undefined && 'afterMilliseconds' in expiry ? expiry.afterMilliseconds : null;
    const values = [id, userId, secretHash, description, at, createdBy, after];
    const inserted = await manager.query<unknown[]>(INSERT, values);
    return inserted.length > 0;
  }

  /** Finds the user who is to own a token, with how often all tokens of the user were ended. */
  async findOwner(
    manager: EntityManager,
    username: string,
  ): Promise<{ userId: string; epoch: number } | undefined> {
    if (nameProblem(username) !== undefined) return undefined;
    const [row] = await manager.query<{ userId: string; epoch: number }[]>(FIND_OWNER, [username]);
    return row;
  }

  /** Tells whether a time is past on the clock of the database. */
  async isPast(manager: EntityManager, time: Date): Promise<boolean> {
    const [row] = await manager.query<{ past: boolean }[]>('SELECT $1::timestamptz <= now() AS past', [time]);
    return row?.past === true;
  }

  /** Deletes all tokens of a user, and keeps requests that were admitted before from creating another. */
  async deleteAllOf(manager: EntityManager, userId: string): Promise<void> {
    await manager.query(END_EPOCH, [userId]);
    await manager.query(DELETE_ALL, [userId]);
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

  /**
   * Deletes a token and those that were created by it.
   * @returns false if that owner has no such token
   */
  async delete(manager: EntityManager, id: string, owner: TokenOwner): Promise<boolean> {
    const [, deleted] = await manager.query<[unknown[], number]>(
      'DELETE FROM tokens WHERE ($1::uuid IS NULL OR user_id = $1) AND id = $2',
      [owner, id],
    );
    return deleted > 0;
  }
}
