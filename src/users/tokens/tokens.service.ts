import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../../audit/audit-event.js';
import { AuditedTransaction } from '../../audit/audited-transaction.js';
import { Refusal } from '../../audit/refusal.js';
import { Forbidden } from '../../common/errors.js';
import type { Caller } from '../../common/tenant-context.js';
import type { Page } from '../../database/page-request.js';
import type { TokenDescription, TokenListOptions, TokenOwner } from './token-overview.js';
import { newTokenValue, tokenHash, type TokenValue } from './token-value.js';
import { TokensRepository } from './tokens.repository.js';

/** Identifies the user who creates a token, and the token that authenticated the request, if any. */
interface TokenCreator {
  readonly userId: string;
  readonly tokenId: string | undefined;
  readonly caller: Caller;
}

/** Creates, lists and deletes users' tokens, and records it in the system's log by the id, never the value. */
@Injectable()
export class TokensService {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(TokensRepository) private readonly tokens: TokensRepository,
  ) {}

  /**
   * Creates a token of the user, and deletes the user's expired ones. One that is created by a token expires no later
   * than that: whoever got hold of a token for an hour has it for an hour.
   * @throws Forbidden where the token that it is created by was deleted, or has expired, since it was checked
   */
  async create(
    { userId, tokenId, caller }: TokenCreator,
    { description, expiresAt }: { description: string | undefined; expiresAt: Date | undefined },
  ): Promise<{ value: TokenValue; token: TokenDescription }> {
    const value = newTokenValue();
    const { id, secret } = value;
    const input = { id, userId, secretHash: tokenHash(secret), description, expiresAt, createdBy: tokenId };
    const event = newEvent('token.create', caller, { key: id });
    const token = await this.transaction.run(event, async (manager) => {
      await this.tokens.deleteExpired(manager, userId);
      const inserted = await this.tokens.insert(manager, input);
      const created = inserted ? await this.tokens.find(manager, id, userId) : undefined;
      return (
        created ??
        new Refusal('forbidden', new Forbidden('The token that this was asked by is not there any more'))
      );
    });
    return { value, token };
  }

  /** Returns a page of tokens, oldest first unless `options` sort otherwise. */
  list(options: TokenListOptions, owner: TokenOwner, caller: Caller): Promise<Page<TokenDescription>> {
    return this.transaction.run(newEvent('token.list', caller), (manager) =>
      this.tokens.list(manager, options, owner),
    );
  }

  /** @throws NotFound where that owner has no such token */
  read(id: string, owner: TokenOwner, caller: Caller): Promise<TokenDescription> {
    const key = storableId(id);
    return this.transaction.run(
      newEvent('token.read', caller, { key }),
      async (manager) => (await this.tokens.find(manager, key, owner)) ?? Refusal.missing('Token', id),
    );
  }

  /** @throws NotFound where that owner has no such token */
  async delete(id: string, owner: TokenOwner, caller: Caller): Promise<void> {
    const key = storableId(id);
    await this.transaction.run<undefined>(newEvent('token.delete', caller, { key }), async (manager) =>
      (await this.tokens.delete(manager, key, owner)) ? undefined : Refusal.missing('Token', id),
    );
  }
}

/** Replaces a text that cannot be an id by one that no token has: the database cannot hold every text. */
function storableId(id: string): string {
  return /^[A-Za-z0-9]{1,64}$/.test(id) ? id : '-';
}
