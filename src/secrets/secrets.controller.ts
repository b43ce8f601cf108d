import { Controller, Delete, Get, Header, HttpCode, Patch, Put } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Query } from '../api/input/query.decorator.js';
import { JsonBody, RequestBody } from '../api/input/json-body.js';
import { JSON_TEXT } from '../api/lists/list-envelope.js';
import { ApiErrors, TenantApi } from '../api/openapi/open-api.js';
import { SecretListQuery, toListOptions } from './list/dto/secret-list.query.js';
import type { TenantContext } from '../common/tenant-context.js';
import { RequirePermission } from '../tenant-scope/require-permission.decorator.js';
import { Tenant } from '../tenant-scope/tenant.decorator.js';
import { SECRET_LIST_FIELDS_V3, SecretListV3, SecretV3 } from './dto/secret-v3.js';
import { NewSecretBody, SecretChangeBody, SetVisibilityBody } from './dto/new-secret.body.js';
import { SECRET_KEY } from './secret-key.parameter.js';
import { SecretKey } from './secret-key.decorator.js';
import { toSecretV3 } from './secret-v3.mapper.js';
import { secretListText } from './list/page-text.js';
import { SecretsService } from './secrets.service.js';
import { toUpdateInput, toCreateInput } from './secret-input.js';

@Controller('api/v3/secrets')
@ApiTags('Secrets')
@TenantApi()
export class SecretsController {
  constructor(private readonly secrets: SecretsService) {}

  @Get()
  @Header('Content-Type', JSON_TEXT)
  @RequirePermission('secret_list', 'secret.list', { acrossTenants: true })
  @ApiOperation({ summary: 'List the secrets of the tenant, without values' })
  @ApiOkResponse({ type: SecretListV3 })
  @ApiErrors(400)
  async list(@Tenant() tenant: TenantContext, @Query() query: SecretListQuery): Promise<Buffer> {
    const options = toListOptions(query, SECRET_LIST_FIELDS_V3);
    return secretListText(await this.secrets.list(tenant, options), options);
  }

  @Get(':key')
  @RequirePermission('secret_get', 'secret.read')
  @ApiOperation({ summary: 'Read a secret' })
  @ApiParam(SECRET_KEY)
  @ApiOkResponse({ type: SecretV3 })
  @ApiErrors(400, 404)
  async read(@Tenant() tenant: TenantContext, @SecretKey() key: string): Promise<SecretV3> {
    return toSecretV3(tenant, await this.secrets.read(tenant, key));
  }

  @Put(':key')
  @HttpCode(200)
  @RequirePermission('secret_create', 'secret.create')
  @ApiOperation({ summary: 'Create a secret' })
  @ApiParam(SECRET_KEY)
  @ApiBody({ type: NewSecretBody })
  @ApiOkResponse({ type: SecretV3 })
  @ApiErrors(400, 409, 413, 415)
  async create(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestBody() body: JsonBody,
  ): Promise<SecretV3> {
    const wanted = toCreateInput(await body.read(NewSecretBody));
    return toSecretV3(tenant, await this.secrets.create(tenant, key, wanted));
  }

  @Patch(':key')
  @RequirePermission('secret_update', 'secret.update')
  @ApiOperation({ summary: 'Change a secret' })
  @ApiParam(SECRET_KEY)
  @ApiBody({ type: SecretChangeBody })
  @ApiOkResponse({ type: SecretV3 })
  @ApiErrors(400, 404, 409, 413, 415)
  async update(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestBody() body: JsonBody,
  ): Promise<SecretV3> {
    const wanted = toUpdateInput(await body.read(SecretChangeBody));
    return toSecretV3(tenant, await this.secrets.update(tenant, key, wanted));
  }

  @Patch(':key/set-visibility')
  @RequirePermission('secret_update', 'secret.update')
  @ApiOperation({ summary: 'Widen the visibility of a secret' })
  @ApiParam(SECRET_KEY)
  @ApiBody({ type: SetVisibilityBody })
  @ApiOkResponse({ type: SecretV3 })
  @ApiErrors(400, 404, 409, 415)
  async setVisibility(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestBody() body: JsonBody,
  ): Promise<SecretV3> {
    const { visibility } = await body.read(SetVisibilityBody);
    return toSecretV3(tenant, await this.secrets.update(tenant, key, { attributes: { visibility } }));
  }

  @Patch(':key/set-global')
  @RequirePermission('secret_update', 'secret.update')
  @ApiOperation({ summary: 'Make a secret global, as clients of 4.2 ask for it' })
  @ApiParam(SECRET_KEY)
  @ApiOkResponse({ type: SecretV3 })
  @ApiErrors(400, 404, 409)
  async setGlobal(@Tenant() tenant: TenantContext, @SecretKey() key: string): Promise<SecretV3> {
    return toSecretV3(
      tenant,
      await this.secrets.update(tenant, key, { attributes: { visibility: 'global' } }),
    );
  }

  @Delete(':key')
  @RequirePermission('secret_delete', 'secret.delete')
  @ApiOperation({ summary: 'Delete a secret; the answer is what it was' })
  @ApiParam(SECRET_KEY)
  @ApiOkResponse({ type: SecretV3 })
  @ApiErrors(400, 404)
  async delete(@Tenant() tenant: TenantContext, @SecretKey() key: string): Promise<SecretV3> {
    return toSecretV3(tenant, await this.secrets.delete(tenant, key));
  }
}
