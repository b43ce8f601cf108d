import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent } from '../../audit/audit-event.js';
import { AuditedTransaction } from '../../audit/audited-transaction.js';
import { Refusal } from '../../audit/refusal.js';
import { Forbidden } from '../../common/errors.js';
import { printable } from '../../common/printable.js';
import type { Caller } from '../../common/tenant-context.js';
import type { Page } from '../../database/page-request.js';
import { expiryInThePast, type TokenExpiry } from './token-expiry.js';
import type { TokenDescription, TokenListOptions, TokenOwner } from './token-overview.js';
import { newTokenValue, tokenHash, type TokenValue } from './token-value.js';
import { TokensRepository } from './tokens.repository.js';
import { UsersRepository } from '../users.repository.js';

/** Identifies the user who creates a token, and the token that authenticated the request, if any. */
interface TokenCreator {
  readonly userId: string;
  readonly tokenId: string | undefined;
  readonly tokenEpoch: number;
  readonly caller: Caller;
}

interface TokenOptions {
  readonly description: string | undefined;
  readonly expiry: TokenExpiry | undefined;
}

interface CreatedToken {
  readonly value: TokenValue;
  readonly token: TokenDescription;
}

/** Creates, lists and deletes users' tokens, and records that in the system's log by the id, never the value. */
@Injectable()
export class TokensService {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(TokensRepository) private readonly tokens: TokensRepository,
    @Inject(UsersRepository) private readonly users: UsersRepository,
  ) {}

  /**
   * Creates a token of the user, and deletes the user's expired ones. One that is created by a token expires no later
   * than that one, so that a stolen token cannot extend its own lifetime.
   * @throws BadParameters for an expiry in the past
   * @throws Forbidden if the token that it is created by, or all tokens of the user, were ended since the request was
   *   admitted
   */
  async create(
    { userId, tokenId, tokenEpoch: epoch, caller }: TokenCreator,
    { description, expiry }: TokenOptions,
  ): Promise<CreatedToken> {
    const value = newTokenValue();
    const { id, secret } = value;
    const secretHash = tokenHash(secret);
    const input = { id, userId, secretHash, description, expiry, epoch, createdBy: tokenId };
    const event = newEvent('token.create', caller, { key: id });
    const token = await this.transaction.run(event, async (manager) => {
      await this.requireFuture(manager, expiry);
      const inserted = await this.tokens.insert(manager, input);
      const created = inserted ? await this.tokens.find(manager, id, userId) : undefined;
      return (
        created ??
        new Refusal(
          'forbidden',
          new Forbidden('The tokens of the user were ended while this was asked for; log in again'),
        )
      );
    });
    return { value, token };
  }

  /**
   * Creates a token of any user, for an operator on the machine.
   * @throws BadParameters for an expiry in the past
   * @throws NotFound for an unknown user
   * @throws Conflict for a user who is not active
   */
  async createByOperator(
    username: string,
    { description, expiry }: TokenOptions,
    caller: Caller,
  ): Promise<CreatedToken> {
    const value = newTokenValue();
    const { id, secret } = value;
    const detail = { username: printable(username, 256) };
    const token = await this.transaction.run(
      newEvent('token.create', caller, { key: id, detail }),
      async (manager) => {
        await this.requireFuture(manager, expiry);
        const owner = await this.tokens.findOwner(manager, username);
        if (owner === undefined) return Refusal.missing('User', username);
        const { userId, epoch } = owner;
        const input = { id, userId, secretHash: tokenHash(secret), description, expiry, epoch };
        const inserted = await this.tokens.insert(manager, { ...input, createdBy: undefined });
        const created = inserted ? await this.tokens.find(manager, id, userId) : undefined;
        return created ?? Refusal.conflict(`User \`${username}\` is not active: activate the user first`);
      },
    );
    return { value, token };
  }

  /** Returns a page of tokens, oldest first unless `options` sort otherwise. */
  list(options: TokenListOptions, owner: TokenOwner, caller: Caller): Promise<Page<TokenDescription>> {
    return this.transaction.run(newEvent('token.list', caller), (manager) =>
      this.tokens.list(manager, options, owner),
    );
  }

  /** @throws NotFound if that owner has no such token */
  read(id: string, owner: TokenOwner, caller: Caller): Promise<TokenDescription> {
    const key = storableId(id);
    return this.transaction.run(
      newEvent('token.read', caller, { key }),
      async (manager) => (await this.tokens.find(manager, key, owner)) ?? Refusal.missing('Token', id),
    );
  }

  /**
   * Deletes a token and those that were created by it.
   * @throws NotFound if that owner has no such token
   */
  async delete(id: string, owner: TokenOwner, caller: Caller): Promise<void> {
    const key = storableId(id);
    await this.transaction.run<undefined>(newEvent('token.delete', caller, { key }), async (manager) =>
      (await this.tokens.delete(manager, key, owner)) ? undefined : Refusal.missing('Token', id),
    );
  }

  /**
   * Ends all tokens of a user.
   * @throws NotFound if there is no such user
   */
  async deleteAll(username: string, caller: Caller): Promise<void> {
    const event = newEvent('token.delete_all', caller, { key: username });
    await this.transaction.run<undefined>(event, async (manager) => {
      const user = await this.users.findByName(manager, username);
      if (user === null) return Refusal.missing('User', username);
      await this.tokens.deleteAllOf(manager, user.id);
      return undefined;
    });
  }

  private async requireFuture(manager: EntityManager, expiry: TokenExpiry | undefined): Promise<void> {
    if (expiry !== undefined && 'at' in expiry && (await this.tokens.isPast(manager, expiry.at)))
      throw expiryInThePast();
  }
}

/** Replaces text that cannot be an id by an id that no token has, since the database cannot hold every text. */
function storableId(id: string): string {
  return /^[A-Za-z0-9]{1,64}$/.test(id) ? id : '-';
}
