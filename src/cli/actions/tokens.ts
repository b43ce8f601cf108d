import { toTokenV31 } from '../../administration/tokens/token.mapper.js';
import { printable } from '../../common/printable.js';
import { UserDirectory } from '../../users/user-directory.service.js';
import { parseExpiry } from '../../users/tokens/token-expiry.js';
import { shownToken } from '../../users/tokens/token-value.js';
import { TokensService } from '../../users/tokens/tokens.service.js';
import type { Call } from '../commands/command-spec.js';
import { AsItIs, done, list, record, type Output } from '../output/output.js';
import { withServices } from '../with-services.js';
import { allPages } from './all-pages.js';
import { requireConfirmation } from './confirmed.js';

export function listTokens({ io, options: { user } }: Call<[], { user?: string }>): Promise<Output> {
  return withServices(io, async (services, caller) => {
    const owner = user === undefined ? null : (await services.get(UserDirectory).find(user)).user.id;
    const tokens = await allPages((options) => services.get(TokensService).list(options, owner, caller));
    return list(
      tokens.map((token) => toTokenV31(token)),
      {
        columns: [
          ['ID', ({ id }) => id],
          ['USER', ({ username }) => username],
          ['EXPIRES', ({ expiration_date: at }) => at ?? 'never'],
          ['LAST USED', ({ last_used: at }) => at ?? 'never'],
          ['DESCRIPTION', ({ description }) => description],
        ],
        id: ({ id }) => id,
        none: 'There are no tokens',
      },
    );
  });
}

export function showToken({ io, args: [id] }: Call<[string]>): Promise<Output> {
  return withServices(io, async (services, caller) => {
    const token = toTokenV31(await services.get(TokensService).read(id, null, caller));
    return record(token, token.id, fieldsOf(token));
  });
}

export function createToken({
  io,
  args: [username],
  options: { description, expirationDate },
}: Call<[string], { description?: string; expirationDate?: string }>): Promise<Output> {
  const expiry = expirationDate === undefined ? undefined : parseExpiry(expirationDate);
  return withServices(io, async (services, caller) => {
    const tokens = services.get(TokensService);
    const created = await tokens.createByOperator(username, { description, expiry }, caller);
    const value = shownToken(created.value);
    const token = toTokenV31(created.token, value);
    const hint = 'Save the token now: it is shown only once.';
    return {
      ...record(token, token.id, [['Token', new AsItIs(value)], ...fieldsOf(token)], [hint]),
      quiet: [value],
    };
  });
}

export function deleteToken({ io, args: [id] }: Call<[string]>): Promise<Output> {
  return withServices(io, async (services, caller) => {
    await services.get(TokensService).delete(id, null, caller);
    return done(`Deleted the token ${printable(id)}`, { id });
  });
}

export async function deleteAllTokens({
  io,
  args: [username],
  options,
}: Call<[string], { yes?: true }>): Promise<Output> {
  await requireConfirmation(io, `End all tokens of ${printable(username)}?`, options);
  return withServices(io, async (services, caller) => {
    await services.get(TokensService).deleteAll(username, caller);
    return done(`Ended all tokens of ${username}`, { user: username });
  });
}

function fieldsOf(token: ReturnType<typeof toTokenV31>): (readonly [string, unknown])[] {
  return [
    ['Id', token.id],
    ['User', token.username],
    ['Expires', token.expiration_date ?? 'never'],
    ['Last used', token.last_used ?? 'never'],
    ['Description', token.description],
  ];
}
