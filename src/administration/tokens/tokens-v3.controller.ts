import { Controller, Get, Req, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeInterceptor } from '../../api/routes/change.interceptor.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { AuthenticatedRequest } from '../../auth/authenticated-request.js';
import type { Principal } from '../../auth/principal.js';
import { MethodNotAllowed } from '../../common/errors.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { parseExpiry } from '../../users/tokens/token-expiry.js';
import { shownToken } from '../../users/tokens/token-value.js';
import { TokensService } from '../../users/tokens/tokens.service.js';
import { TOKEN_EXAMPLES } from './dto/token.examples.js';
import { FreshTokenV3 } from './dto/token-v31.js';
import { shownRole } from '../users/system-role.js';

/** Issues tokens to clients of v3, which expect a new one from each GET. */
@Controller('api/v3/tokens')
@ApiTags('Tokens')
export class TokensV3Controller {
  constructor(private readonly tokens: TokensService) {}

  @Get()
  @UseInterceptors(ChangeInterceptor)
  @InstallationRoute('create_token', 'token.create', {
    id: 'createToken',
    summary: 'Create a token',
    description: 'Creates a token for the caller that is valid for ten hours; its value is shown only here.',
    example: TOKEN_EXAMPLES.createV3,
    answer: FreshTokenV3,
    duringMaintenance: true,
  })
  async create(
    @CurrentPrincipal() principal: Principal,
    @Req() { method }: AuthenticatedRequest,
  ): Promise<FreshTokenV3> {
    // The token would be lost: an answer to HEAD has no body.
    if (method === 'HEAD') throw new MethodNotAllowed(['GET']);
    const options = { description: undefined, expiry: parseExpiry('+10h') };
    const { value, token } = await this.tokens.create(principal, options);
    return { value: shownToken(value), role: shownRole(token.role, 'v3') };
  }
}
