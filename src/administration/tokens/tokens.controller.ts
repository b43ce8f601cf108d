import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { Query } from '../../api/input/query.decorator.js';
import type { ListEnvelope } from '../../api/lists/list-envelope.js';
import { ListPage } from '../../api/lists/list-page.js';
import { Delete, Post } from '../../api/routes/changes.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { resourceNotFound } from '../../common/resource-not-found.js';
import { expiryInThePast } from '../../users/tokens/token-expiry.js';
import { shownToken } from '../../users/tokens/token-value.js';
import { TOKEN_COLUMNS, type TokenOwner } from '../../users/tokens/token-overview.js';
import { TokensService } from '../../users/tokens/tokens.service.js';
import { TokenListQuery } from './dto/token-list.query.js';
import { TOKEN_EXAMPLES } from './dto/token.examples.js';
import { NewTokenBody, TOKEN_FIELDS, TokenListV31, TokenV31 } from './dto/token-v31.js';
import { toNewToken, toTokenV31 } from './token.mapper.js';

const ID = {
  name: 'id',
  schema: { type: 'string' },
  description: 'The id of the token: the 10 letters or digits after `ctok-`',
};
const MISSING = resourceNotFound('Token', TOKEN_EXAMPLES.read.path.id);

@Controller('api/v3.1/tokens')
@ApiTags('Tokens')
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Post()
  @InstallationRoute('create_token', 'token.create', {
    id: 'createToken',
    summary: 'Create a token',
    description:
      'Creates a token for the caller, with the rights of the caller. Its value is shown only here; later answers mask it.',
    example: TOKEN_EXAMPLES.create,
    errors: [expiryInThePast()],
    body: NewTokenBody,
    answer: TokenV31,
    duringMaintenance: true,
  })
  async create(@CurrentPrincipal() principal: Principal, @RequestBody() body: JsonBody): Promise<TokenV31> {
    const input = toNewToken(await body.read(NewTokenBody));
    const { value, token } = await this.tokens.create(principal, input);
    return toTokenV31(token, shownToken(value));
  }

  @Get()
  @InstallationRoute('list_token', 'token.list', {
    id: 'listTokens',
    summary: 'List tokens',
    description:
      "Lists the caller's tokens without their secret part; administrators see those of all users.",
    example: TOKEN_EXAMPLES.list,
    answer: TokenListV31,
    duringMaintenance: true,
  })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query() query: TokenListQuery,
  ): Promise<ListEnvelope<Partial<TokenV31>>> {
    const page = new ListPage(query, TOKEN_COLUMNS, TOKEN_FIELDS);
    const found = await this.tokens.list(page.request, ownerFor(principal), principal.caller);
    return page.answer(found, (token) => toTokenV31(token));
  }

  @Get(':id')
  @InstallationRoute('list_token', 'token.read', {
    id: 'readToken',
    summary: 'Read a token',
    description:
      'Returns what is known of a token, such as its description and last use, without its secret part.',
    example: TOKEN_EXAMPLES.read,
    errors: [MISSING],
    parameters: [ID],
    answer: TokenV31,
    duringMaintenance: true,
  })
  async read(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<TokenV31> {
    return toTokenV31(await this.tokens.read(id, ownerFor(principal), principal.caller));
  }

  @Delete()
  @InstallationRoute('delete_token', 'token.delete_all', {
    id: 'deleteOwnTokens',
    summary: 'End all tokens of the caller',
    description: 'Ends every token of the caller, also the one that the request is sent with.',
    duringMaintenance: true,
  })
  deleteAll(@CurrentPrincipal() { username, caller }: Principal): Promise<void> {
    return this.tokens.deleteAll(username, caller);
  }

  @Delete(':id')
  @InstallationRoute('delete_token', 'token.delete', {
    id: 'deleteToken',
    summary: 'End a token',
    description:
      'Ends a token, and those that were created with it. None of them is valid for any later request.',
    example: TOKEN_EXAMPLES.delete,
    errors: [MISSING],
    parameters: [ID],
    duringMaintenance: true,
  })
  delete(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    return this.tokens.delete(id, ownerFor(principal), principal.caller);
  }
}

/** Limits the tokens to the caller's own, unless the caller may manage those of others. */
function ownerFor({ userId, permissions }: Principal): TokenOwner {
  return permissions.has('manage_others_tokens') ? null : userId;
}
