import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { includedFields, picked } from '../../api/lists/included-fields.js';
import { listEnvelope, type ListEnvelope } from '../../api/lists/list-envelope.js';
import { pageRequestOf } from '../../api/lists/listed-by.decorator.js';
import { ApiErrors, InstallationApi } from '../../api/openapi/open-api.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';
import { parseExpiry } from '../../users/tokens/token-expiry.js';
import { shownToken } from '../../users/tokens/token-value.js';
import { TOKEN_COLUMNS, type TokenOwner } from '../../users/tokens/token-overview.js';
import { TokensService } from '../../users/tokens/tokens.service.js';
import { TokenListQuery } from './dto/token-list.query.js';
import { NewTokenBody, TOKEN_FIELDS, TokenListV31, TokenV31 } from './dto/token-v31.js';
import { toTokenV31 } from './token.mapper.js';

const ID = { name: 'id', example: 'a1B2c3D4e5' };

@Controller('api/v3.1/tokens')
@ApiTags('Tokens')
@InstallationApi()
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Post()
  @HttpCode(200)
  @RequireInstallationPermission('create_token', 'token.create', { duringMaintenance: true })
  @ApiOperation({ summary: 'Make a token of your own; its value is shown this once' })
  @ApiBody({ type: NewTokenBody })
  @ApiOkResponse({ type: TokenV31 })
  @ApiErrors(415)
  async create(@CurrentPrincipal() principal: Principal, @RequestBody() body: JsonBody): Promise<TokenV31> {
    const { description, expiration_date: expiry } = await body.read(NewTokenBody);
    const options = {
      description: description ?? undefined,
      expiresAt: typeof expiry === 'string' ? parseExpiry(expiry) : undefined,
    };
    const { value, token } = await this.tokens.create(principal, options);
    return toTokenV31(token, shownToken(value));
  }

  @Get()
  @RequireInstallationPermission('list_token', 'token.list', { duringMaintenance: true })
  @ApiOperation({ summary: 'List your own tokens; for administrators, those of all' })
  @ApiOkResponse({ type: TokenListV31 })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query() query: TokenListQuery,
  ): Promise<ListEnvelope<Partial<TokenV31>>> {
    const fields = includedFields(query._include, TOKEN_FIELDS);
    const wanted = pageRequestOf(query, TOKEN_COLUMNS);
    const { items, total } = await this.tokens.list(wanted, ownerFor(principal), principal.caller);
    return listEnvelope(
      items.map((token) => picked(toTokenV31(token), fields)),
      { total, size: query._size, offset: query._offset },
    );
  }

  @Get(':id')
  @RequireInstallationPermission('list_token', 'token.read', { duringMaintenance: true })
  @ApiOperation({ summary: 'Describe a token' })
  @ApiParam(ID)
  @ApiOkResponse({ type: TokenV31 })
  async read(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<TokenV31> {
    return toTokenV31(await this.tokens.read(id, ownerFor(principal), principal.caller));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireInstallationPermission('delete_token', 'token.delete', { duringMaintenance: true })
  @ApiOperation({ summary: 'End a token; from the next request on it proves nothing' })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'It is gone' })
  delete(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    return this.tokens.delete(id, ownerFor(principal), principal.caller);
  }
}

/** Others' tokens are not there for who may not manage them. */
function ownerFor({ userId, permissions }: Principal): TokenOwner {
  return permissions.has('manage_others_tokens') ? null : userId;
}
