import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CalledVersion, type ApiVersion } from '../api/http/api-version.decorator.js';
import { JsonBody, RequestBody } from '../api/input/json-body.js';
import { Query } from '../api/input/query.decorator.js';
import { JSON_TEXT } from '../api/lists/list-envelope.js';
import { Delete, Patch, Put } from '../api/routes/changes.js';
import { TenantRoute } from '../api/routes/tenant-route.decorator.js';
import type { TenantContext } from '../common/tenant-context.js';
import { Tenant } from '../tenant-scope/tenant.decorator.js';
import { NewSecretBodyV31, SecretChangeBodyV31, SetVisibilityBody } from './dto/new-secret.body.js';
import { SecretListV3, SecretV3 } from './dto/secret-v3.js';
import { SecretListV31, SecretV31 } from './dto/secret-v31.js';
import { CalledMapper } from './http/called-mapper.decorator.js';
import { SecretKey } from './http/secret-key.decorator.js';
import type { SecretMapper } from './http/secret-mapper.js';
import { SecretRoute } from './http/secret-route.decorator.js';
import { SKIP_VALUE, SkipValue } from './http/skip-value.decorator.js';
import { SecretListQuery, toListOptions } from './list/dto/secret-list.query.js';
import { secretListText } from './list/page-text.js';
import { toCreateInput, toUpdateInput } from './secret-input.js';
import { SecretsService } from './secrets.service.js';

type ShownSecret = SecretV3 | SecretV31;

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
    @CalledVersion() version: ApiVersion,
  ): Promise<Buffer> {
    const options = toListOptions(query, mapper.listFields, version);
    return secretListText(await this.secrets.list(tenant, options), options);
  }

  @Get(':key')
  @SecretRoute('secret_get', 'secret.read', {
    summary: 'Read a secret',
    versionParameters: { 'v3.1': [SKIP_VALUE] },
  })
  async read(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @SkipValue() skipValue: boolean,
    @CalledMapper() mapper: SecretMapper,
  ): Promise<ShownSecret> {
    return mapper.read(tenant, await this.secrets.read(tenant, key, { skipValue }));
  }

  @Put(':key')
  @SecretRoute('secret_create', 'secret.create', {
    summary: 'Create a secret',
    body: NewSecretBodyV31,
    errors: [409],
  })
  async create(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestBody() body: JsonBody,
    @CalledMapper() mapper: SecretMapper,
  ): Promise<ShownSecret> {
    const input = toCreateInput(await body.read(mapper.newBody));
    return mapper.changed(tenant, await this.secrets.create(tenant, key, input));
  }

  @Patch(':key')
  @SecretRoute('secret_update', 'secret.update', {
    summary: 'Change a secret',
    body: SecretChangeBodyV31,
    errors: [409],
  })
  async update(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestBody() body: JsonBody,
    @CalledMapper() mapper: SecretMapper,
  ): Promise<ShownSecret> {
    const input = toUpdateInput(await body.read(mapper.changeBody));
    return mapper.changed(tenant, await this.secrets.update(tenant, key, input));
  }

  @Patch(':key/set-visibility')
  @SecretRoute('secret_update', 'secret.update', {
    summary: 'Widen the visibility of a secret',
    body: SetVisibilityBody,
    errors: [409],
  })
  async setVisibility(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestBody() body: JsonBody,
    @CalledMapper() mapper: SecretMapper,
  ): Promise<ShownSecret> {
    const { visibility } = await body.read(SetVisibilityBody);
    return mapper.changed(tenant, await this.secrets.update(tenant, key, { attributes: { visibility } }));
  }

  @Patch(':key/set-global')
  @SecretRoute('secret_update', 'secret.update', {
    summary: 'Make a secret global, as clients of 4.2 ask for it',
    errors: [409],
  })
  async setGlobal(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @CalledMapper() mapper: SecretMapper,
  ): Promise<ShownSecret> {
    return mapper.changed(
      tenant,
      await this.secrets.update(tenant, key, { attributes: { visibility: 'global' } }),
    );
  }

  /** Answers what the secret was, which v3.1 leaves out. */
  @Delete(':key')
  @SecretRoute('secret_delete', 'secret.delete', {
    summary: 'Delete a secret',
    answer: { v3: SecretV3, 'v3.1': null },
  })
  async delete(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @CalledMapper() mapper: SecretMapper,
  ): Promise<ShownSecret> {
    return mapper.changed(tenant, await this.secrets.delete(tenant, key));
  }
}
