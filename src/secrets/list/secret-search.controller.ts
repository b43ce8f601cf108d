import { Controller, Header, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { CalledVersion, type ApiVersion } from '../../api/http/api-version.decorator.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { JSON_TEXT } from '../../api/lists/list-envelope.js';
import { ApiErrors, TenantApi } from '../../api/openapi/open-api.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { RequirePermission } from '../../tenant-scope/require-permission.decorator.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { SecretListQuery, toListOptions } from './dto/secret-list.query.js';
import { rulesOf, SecretSearchBody, SecretSearchErrorBody } from './dto/secret-search.body.js';
import { SECRET_LIST_FIELDS_V3 } from '../dto/secret-v3.js';
import { SECRET_FIELDS_V31, SecretSearchV31 } from '../dto/secret-v31.js';
import { secretListText } from './page-text.js';
import { SecretsService } from '../secrets.service.js';

/** Version 3 shows what its list shows; 3.1 whole secrets, whose values are always empty. */
@Controller(['api/v3/searches/secrets', 'api/v3.1/searches/secrets'])
@ApiTags('Secrets, version 3.1')
@TenantApi()
export class SecretSearchController {
  constructor(private readonly secrets: SecretsService) {}

  @Post()
  @HttpCode(200)
  @Header('Content-Type', JSON_TEXT)
  @RequirePermission('secret_list', 'secret.list')
  @ApiOperation({ summary: 'Find secrets by rules, without values' })
  @ApiBody({ type: SecretSearchBody })
  @ApiOkResponse({ type: SecretSearchV31 })
  @ApiErrors(415)
  @ApiResponse({
    status: 400,
    description: 'A rule or the request is not valid',
    type: SecretSearchErrorBody,
  })
  async search(
    @Tenant() tenant: TenantContext,
    @Query() query: SecretListQuery,
    @RequestBody() body: JsonBody,
    @CalledVersion() version: ApiVersion,
  ): Promise<Buffer> {
    const fields = version === 'v3' ? SECRET_LIST_FIELDS_V3 : SECRET_FIELDS_V31;
    const rules = rulesOf(await body.read(SecretSearchBody));
    const options = { ...toListOptions(query, fields), allTenants: false, rules };
    return secretListText(await this.secrets.list(tenant, options), options);
  }
}
