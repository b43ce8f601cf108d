import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Conditions } from '../api/conditions/conditions.js';
import { ConditionalChangeApi, ConditionalReadApi } from '../api/conditions/conditional-api.decorator.js';
import { RequestConditions } from '../api/conditions/conditions.decorator.js';
import { CalledVersion, type ApiVersion } from '../api/http/api-version.decorator.js';
import { JsonBody, RequestBody } from '../api/input/json-body.js';
import { SentQuery } from '../api/input/query.decorator.js';
import { readQuery } from '../api/input/validated-query.pipe.js';
import { JSON_TEXT } from '../api/lists/list-envelope.js';
import { EXAMPLE_TIME } from '../api/openapi/examples.js';
import { Delete, Patch, Put } from '../api/routes/changes.js';
import { TenantRoute } from '../api/routes/tenant-route.decorator.js';
import type { TenantContext } from '../common/tenant-context.js';
import { Tenant } from '../tenant-scope/tenant.decorator.js';
import {
  NewSecretBody,
  NewSecretBodyV31,
  SecretChangeBody,
  SecretChangeBodyV31,
  SetVisibilityBody,
} from './dto/new-secret.body.js';
import { SecretExpired } from './expiry/secret-expiry.js';
import { EXAMPLE_KEY, EXAMPLE_STATE, SECRET_EXAMPLES } from './dto/secret.examples.js';
import { SecretListV3, SecretV3 } from './dto/secret-v3.js';
import { SecretListV31 } from './dto/secret-v31.js';
import { Answers } from './http/answers.decorator.js';
import { CalledMapper } from './http/called-mapper.decorator.js';
import { READ_PARAMETERS, ReadOptions, type ReadQuery } from './http/read-options.decorator.js';
import { SecretAnswers, type ShownSecret } from './http/secret-answers.js';
import { SecretKey } from './http/secret-key.decorator.js';
import type { SecretMapper } from './http/secret-mapper.js';
import { SecretRoute } from './http/secret-route.decorator.js';
import { TRASH_HEADERS } from './http/trash-headers.js';
import { LIST_PARAMETERS_V31 } from './list/dto/secret-list-v31.query.js';
import { SecretListQuery, toListOptions } from './list/dto/secret-list.query.js';
import { secretListText } from './list/page-text.js';
import {
  globalElsewhere,
  hiddenFrom,
  ifMatchRequired,
  mayNotMakeGlobal,
  narrower,
  otherState,
  providerNotFound,
  secretExists,
  textRequired,
} from './secret-errors.js';
import { nothingToChange, toCreateInput, toUpdateInput } from './secret-input.js';
import { SecretsService } from './secrets.service.js';
import { versionDestroyed } from './versions/version-errors.js';
import { SecretVersionsService } from './versions/secret-versions.service.js';

const STATE_DIFFERS = otherState(EXAMPLE_KEY, EXAMPLE_STATE);
const DESTROYED = versionDestroyed(EXAMPLE_KEY, { version: 1 }, new Date(EXAMPLE_TIME));
const IF_MATCH_REQUIRED = ifMatchRequired(EXAMPLE_KEY, 'default_tenant');

@Controller(['api/v3/secrets', 'api/v3.1/secrets'])
@ApiTags('Secrets')
export class SecretsController {
  constructor(
    private readonly secrets: SecretsService,
    private readonly versions: SecretVersionsService,
  ) {}

  @Get()
  @TenantRoute('secret_list', 'secret.list', {
    id: 'listSecrets',
    summary: 'List secrets',
    description:
      'Lists the secrets that the caller sees in the tenant, and the global ones of others, without their values. ' +
      'The oldest comes first unless `_sort` says otherwise.',
    example: SECRET_EXAMPLES.list,
    answer: { v3: SecretListV3, 'v3.1': SecretListV31 },
    versionParameters: { 'v3.1': LIST_PARAMETERS_V31 },
    contentType: JSON_TEXT,
    acrossTenants: true,
  })
  async list(
    @Tenant() tenant: TenantContext,
    @SentQuery() sent: SecretListQuery,
    @CalledMapper() mapper: SecretMapper,
    @CalledVersion() version: ApiVersion,
  ): Promise<Buffer> {
    const options = toListOptions(readQuery({ ...sent }, mapper.listQuery), mapper.listFields, version);
    return secretListText(await this.secrets.list(tenant, options), options);
  }

  @Get(':key')
  @ConditionalReadApi(STATE_DIFFERS)
  @SecretRoute('secret_get', 'secret.read', {
    id: 'readSecret',
    summary: 'Read a secret',
    description:
      'Returns a secret with its value, or under version 3.1 with that of an earlier version. The value is empty where it ' +
      'is hidden from the caller. A secret that has expired is answered with 410. Each read is recorded in the audit trail.',
    example: SECRET_EXAMPLES.read,
    versionParameters: { 'v3.1': READ_PARAMETERS },
    errors: [DESTROYED, new SecretExpired(EXAMPLE_KEY, new Date(EXAMPLE_TIME))],
  })
  async read(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @ReadOptions() { skipValue, choice }: ReadQuery,
    @RequestConditions() conditions: Conditions,
    @Answers() answers: SecretAnswers,
  ): Promise<ShownSecret | undefined> {
    const options = { skipValue, conditions };
    const read =
      choice === undefined
        ? await this.secrets.read(tenant, key, options)
        : await this.versions.read(tenant, key, choice, options);
    return answers.read(tenant, read);
  }

  @Put(':key')
  @ConditionalChangeApi(STATE_DIFFERS, IF_MATCH_REQUIRED)
  @SecretRoute('secret_create', 'secret.create', {
    id: 'createSecret',
    summary: 'Create a secret',
    description:
      'Creates a secret under a new key. With `update_if_exists` it gives an existing one the value instead, as often as ' +
      'it is called.',
    missing: providerNotFound('vault'),
    body: { v3: NewSecretBody, 'v3.1': NewSecretBodyV31 },
    example: SECRET_EXAMPLES.create,
    errors: [
      textRequired({ format: 'text', text: '' }),
      secretExists(EXAMPLE_KEY),
      globalElsewhere(EXAMPLE_KEY),
    ],
  })
  async create(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestBody() body: JsonBody,
    @RequestConditions() conditions: Conditions,
    @Answers() answers: SecretAnswers,
  ): Promise<ShownSecret> {
    const input = toCreateInput(await body.read(answers.mapper.newBody));
    return answers.changed(tenant, await this.secrets.create(tenant, key, input, conditions));
  }

  @Patch(':key')
  @ConditionalChangeApi(STATE_DIFFERS, IF_MATCH_REQUIRED)
  @SecretRoute('secret_update', 'secret.update', {
    id: 'updateSecret',
    summary: 'Change a secret',
    description:
      'Changes what the body names, and leaves the rest as it is. The body must name at least one field.',
    body: { v3: SecretChangeBody, 'v3.1': SecretChangeBodyV31 },
    example: SECRET_EXAMPLES.update,
    errors: [nothingToChange(), narrower(EXAMPLE_KEY), hiddenFrom(EXAMPLE_KEY), globalElsewhere(EXAMPLE_KEY)],
  })
  async update(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestBody() body: JsonBody,
    @RequestConditions() conditions: Conditions,
    @Answers() answers: SecretAnswers,
  ): Promise<ShownSecret> {
    const input = toUpdateInput(await body.read(answers.mapper.changeBody));
    return answers.changed(tenant, await this.secrets.update(tenant, key, input, conditions));
  }

  @Patch(':key/set-visibility')
  @ConditionalChangeApi(STATE_DIFFERS, IF_MATCH_REQUIRED)
  @SecretRoute('secret_update', 'secret.update', {
    id: 'setVisibility',
    summary: 'Widen the visibility of a secret',
    description:
      'Shows a private secret to its tenant, or to all tenants. A visibility cannot be narrowed again.',
    body: SetVisibilityBody,
    example: SECRET_EXAMPLES.setVisibility,
    errors: [narrower(EXAMPLE_KEY), globalElsewhere(EXAMPLE_KEY)],
  })
  async setVisibility(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestBody() body: JsonBody,
    @RequestConditions() conditions: Conditions,
    @Answers() answers: SecretAnswers,
  ): Promise<ShownSecret> {
    const { visibility } = await body.read(SetVisibilityBody);
    const input = { attributes: { visibility } };
    return answers.changed(tenant, await this.secrets.update(tenant, key, input, conditions));
  }

  @Patch(':key/set-global')
  @ConditionalChangeApi(STATE_DIFFERS, IF_MATCH_REQUIRED)
  @SecretRoute('secret_update', 'secret.update', {
    id: 'setGlobal',
    summary: 'Make a secret global',
    description:
      'Shows a secret to all tenants, as clients of Cloudify 4.2 ask for it; `setVisibility` does the same.',
    example: SECRET_EXAMPLES.setGlobal,
    errors: [mayNotMakeGlobal(), globalElsewhere(EXAMPLE_KEY)],
  })
  async setGlobal(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestConditions() conditions: Conditions,
    @Answers() answers: SecretAnswers,
  ): Promise<ShownSecret> {
    const input = { attributes: { visibility: 'global' } } as const;
    return answers.changed(tenant, await this.secrets.update(tenant, key, input, conditions));
  }

  @Delete(':key')
  @ConditionalChangeApi(STATE_DIFFERS, IF_MATCH_REQUIRED)
  @SecretRoute('secret_delete', 'secret.delete', {
    id: 'deleteSecret',
    summary: 'Delete a secret',
    description:
      'Moves a secret to the trash; its key is free again at once. Headers say where it is and how long it can be ' +
      'restored. Version 3 answers what the secret was.',
    example: SECRET_EXAMPLES.delete,
    errors: [hiddenFrom(EXAMPLE_KEY)],
    answer: { v3: SecretV3, 'v3.1': null },
    answerHeaders: TRASH_HEADERS,
  })
  async delete(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestConditions() conditions: Conditions,
    @Answers() answers: SecretAnswers,
  ): Promise<ShownSecret> {
    return answers.deleted(tenant, await this.secrets.delete(tenant, key, conditions));
  }
}
