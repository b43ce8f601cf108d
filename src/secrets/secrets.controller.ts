import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Conditions } from '../api/conditions/conditions.js';
import { ConditionalChangeApi, ConditionalReadApi } from '../api/conditions/conditional-api.decorator.js';
import { RequestConditions } from '../api/conditions/conditions.decorator.js';
import { JsonBody, RequestBody } from '../api/input/json-body.js';
import { Query } from '../api/input/query.decorator.js';
import { JSON_TEXT } from '../api/lists/list-envelope.js';
import { Delete, Patch, Put } from '../api/routes/changes.js';
import { TenantRoute } from '../api/routes/tenant-route.decorator.js';
import type { TenantContext } from '../common/tenant-context.js';
import { Tenant } from '../tenant-scope/tenant.decorator.js';
import { NewSecretBodyV31, SecretChangeBodyV31, SetVisibilityBody } from './dto/new-secret.body.js';
import { SecretListV3, SecretV3 } from './dto/secret-v3.js';
import { SecretListV31 } from './dto/secret-v31.js';
import { Answers } from './http/answers.decorator.js';
import { CalledMapper } from './http/called-mapper.decorator.js';
import { SecretAnswers, type ShownSecret } from './http/secret-answers.js';
import { SecretKey } from './http/secret-key.decorator.js';
import type { SecretMapper } from './http/secret-mapper.js';
import { SecretRoute } from './http/secret-route.decorator.js';
import { SKIP_VALUE, SkipValue } from './http/skip-value.decorator.js';
import { SecretListQuery, toListOptions } from './list/dto/secret-list.query.js';
import { secretListText } from './list/page-text.js';
import { toCreateInput, toUpdateInput } from './secret-input.js';
import { SecretsService } from './secrets.service.js';

@Controller(['api/v3/secrets', 'api/v3.1/secrets'])
@ApiTags('Secrets')
export class SecretsController {
  constructor(private readonly secrets: SecretsService) {}

  @Get()
  @TenantRoute('secret_list', 'secret.list', {
    summary: 'List what the caller sees in the tenant, without values',
    answer: { v3: SecretListV3, 'v3.1': SecretListV31 },
    contentType: JSON_TEXT,
    acrossTenants: true,
  })
  async list(
    @Tenant() tenant: TenantContext,
    @Query() query: SecretListQuery,
    @CalledMapper() mapper: SecretMapper,
  ): Promise<Buffer> {
    const options = toListOptions(query, mapper.listFields);
    return secretListText(await this.secrets.list(tenant, options), options);
  }

  @Get(':key')
  @ConditionalReadApi()
  @SecretRoute('secret_get', 'secret.read', {
    summary: 'Read a secret',
    versionParameters: { 'v3.1': [SKIP_VALUE] },
  })
  async read(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @SkipValue() skipValue: boolean,
    @RequestConditions() conditions: Conditions,
    @Answers() answers: SecretAnswers,
  ): Promise<ShownSecret | undefined> {
    return answers.read(tenant, await this.secrets.read(tenant, key, { skipValue, conditions }));
  }

  @Put(':key')
  @ConditionalChangeApi()
  @SecretRoute('secret_create', 'secret.create', {
    summary: 'Create a secret',
    body: NewSecretBodyV31,
    errors: [409],
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
  @ConditionalChangeApi()
  @SecretRoute('secret_update', 'secret.update', {
    summary: 'Change a secret',
    body: SecretChangeBodyV31,
    errors: [409],
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
  @ConditionalChangeApi()
  @SecretRoute('secret_update', 'secret.update', {
    summary: 'Widen the visibility of a secret',
    body: SetVisibilityBody,
    errors: [409],
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
  @ConditionalChangeApi()
  @SecretRoute('secret_update', 'secret.update', {
    summary: 'Make a secret global, as clients of 4.2 ask for it',
    errors: [409],
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

  /** Answers what the secret was, which v3.1 leaves out. */
  @Delete(':key')
  @ConditionalChangeApi()
  @SecretRoute('secret_delete', 'secret.delete', {
    summary: 'Delete a secret',
    answer: { v3: SecretV3, 'v3.1': null },
    answerHeaders: {},
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
