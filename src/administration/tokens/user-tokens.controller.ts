import { Controller, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Delete } from '../../api/routes/changes.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { resourceNotFound } from '../../common/resource-not-found.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { TokensService } from '../../users/tokens/tokens.service.js';
import { EXAMPLE_OWNER, TOKEN_EXAMPLES } from './dto/token.examples.js';

const NAME = { name: 'name', schema: { type: 'string' }, description: "The user's name; case is ignored" };

/** Ends the tokens of any user, for administrators. */
@Controller('api/v3.1/users/:name/tokens')
@ApiTags('Tokens')
export class UserTokensController {
  constructor(private readonly tokens: TokensService) {}

  @Delete()
  @InstallationRoute('manage_others_tokens', 'token.delete_all', {
    id: 'deleteTokensOfUser',
    summary: 'End all tokens of a user',
    description: 'Ends every token of any user, for administrators.',
    example: TOKEN_EXAMPLES.deleteAllOf,
    errors: [resourceNotFound('User', EXAMPLE_OWNER)],
    parameters: [NAME],
    duringMaintenance: true,
  })
  deleteAll(@CurrentPrincipal() { caller }: Principal, @Param('name') name: string): Promise<void> {
    return this.tokens.deleteAll(name, caller);
  }
}
