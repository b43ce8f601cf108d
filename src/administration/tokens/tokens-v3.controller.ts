import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InstallationApi } from '../../api/openapi/open-api.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';
import { parseExpiry } from '../../users/tokens/token-expiry.js';
import { shownToken } from '../../users/tokens/token-value.js';
import { TokensService } from '../../users/tokens/tokens.service.js';
import { FreshTokenV3 } from './dto/token-v31.js';
import { shownRole } from '../users/system-role.js';

/** Clients of that time ask for a token by GET, and get a fresh one. */
@Controller('api/v3/tokens')
@ApiTags('Tokens')
@InstallationApi()
export class TokensV3Controller {
  constructor(private readonly tokens: TokensService) {}

  @Get()
  @RequireInstallationPermission('create_token', 'token.create', { duringMaintenance: true })
  @ApiOperation({ summary: 'Make a token of your own for ten hours' })
  @ApiOkResponse({ type: FreshTokenV3 })
  async create(@CurrentPrincipal() principal: Principal): Promise<FreshTokenV3> {
    const options = { description: undefined, expiresAt: parseExpiry('+10h') };
    const { value, token } = await this.tokens.create(principal, options);
    return { value: shownToken(value), role: shownRole(token.role, 'v3') };
  }
}
