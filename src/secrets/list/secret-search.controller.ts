import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CalledVersion, type ApiVersion } from '../../api/http/api-version.decorator.js';
import { ApiErrorsAs } from '../../api/openapi/api-errors.decorator.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { SentQuery } from '../../api/input/query.decorator.js';
import { readQuery } from '../../api/input/validated-query.pipe.js';
import { JSON_TEXT } from '../../api/lists/list-envelope.js';
import { Post } from '../../api/routes/changes.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { SECRET_EXAMPLES } from '../dto/secret.examples.js';
import { SecretSearchV3 } from '../dto/secret-v3.js';
import { SecretSearchV31 } from '../dto/secret-v31.js';
import { CalledMapper } from '../http/called-mapper.decorator.js';
import type { SecretMapper } from '../http/secret-mapper.js';
import { SecretsService } from '../secrets.service.js';
import { LIST_PARAMETERS_V31 } from './dto/secret-list-v31.query.js';
import { SecretListQuery, toListOptions } from './dto/secret-list.query.js';
import {
  rulesOf,
  SecretSearchBody,
  SecretSearchBodyV31,
  SecretSearchErrorBody,
} from './dto/secret-search.body.js';
import { InvalidFilterRule } from './filter-rule-errors.js';
import { secretListText } from './page-text.js';

const RULE = { key: 'key', operator: 'any_of', values: [], type: 'attribute' };
const WRONG_RULE = new InvalidFilterRule(RULE, '`values` must not be empty');

/** Shows under v3 what its list shows; under v3.1 whole secrets, whose values are always empty. */
@Controller(['api/v3/searches/secrets', 'api/v3.1/searches/secrets'])
@ApiTags('Secrets')
export class SecretSearchController {
  constructor(private readonly secrets: SecretsService) {}

  @Post()
  @ApiErrorsAs(SecretSearchErrorBody, WRONG_RULE)
  @TenantRoute('secret_list', 'secret.list', {
    id: 'searchSecrets',
    summary: 'Find secrets by rules',
    description:
      'Lists the secrets that the rules of the body let through, without their values. A body without rules finds all.',
    example: SECRET_EXAMPLES.search,
    body: { v3: SecretSearchBody, 'v3.1': SecretSearchBodyV31 },
    versionParameters: { 'v3.1': LIST_PARAMETERS_V31 },
    answer: { v3: SecretSearchV3, 'v3.1': SecretSearchV31 },
    contentType: JSON_TEXT,
  })
  async search(
    @Tenant() tenant: TenantContext,
    @SentQuery() sent: SecretListQuery,
    @RequestBody() body: JsonBody,
    @CalledMapper() mapper: SecretMapper,
    @CalledVersion() version: ApiVersion,
  ): Promise<Buffer> {
    const query = readQuery({ ...sent }, mapper.listQuery);
    const rules = rulesOf(await body.read(mapper.searchBody));
    const options = { ...toListOptions(query, mapper.searchFields, version), allTenants: false, rules };
    return secretListText(await this.secrets.list(tenant, options), options);
  }
}
