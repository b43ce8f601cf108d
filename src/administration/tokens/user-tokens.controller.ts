import { Controller, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Delete } from '../../api/routes/changes.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { TokensService } from '../../users/tokens/tokens.service.js';

const NAME = { name: 'name', description: "The user's name; case is ignored" };

/** Ends the tokens of any user, for administrators. */
@Controller('api/v3.1/users/:name/tokens')
@ApiTags('Tokens')
export class UserTokensController {
  constructor(private readonly tokens: TokensService) {}

  @Delete()
  @InstallationRoute('manage_others_tokens', 'token.delete_all', {
    summary: 'End all tokens of a user',
    parameters: [NAME],
    duringMaintenance: true,
  })
  deleteAll(@CurrentPrincipal() { caller }: Principal, @Param('name') name: string): Promise<void> {
    return this.tokens.deleteAll(name, caller);
  }
}
