import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ConditionalChangeApi } from '../../api/conditions/conditional-api.decorator.js';
import type { Conditions } from '../../api/conditions/conditions.js';
import { RequestConditions } from '../../api/conditions/conditions.decorator.js';
import { Query } from '../../api/input/query.decorator.js';
import { listEnvelope } from '../../api/lists/list-envelope.js';
import { EXAMPLE_TIME } from '../../api/openapi/examples.js';
import { Delete, Post } from '../../api/routes/changes.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { EXAMPLE_KEY, EXAMPLE_STATE } from '../dto/secret.examples.js';
import { SecretV31 } from '../dto/secret-v31.js';
import { Answers } from '../http/answers.decorator.js';
import type { SecretAnswers, ShownSecret } from '../http/secret-answers.js';
import { SecretKey } from '../http/secret-key.decorator.js';
import { BAD_KEY, KEY, SecretRoute } from '../http/secret-route.decorator.js';
import { ifMatchRequired, otherState, secretNotFound } from '../secret-errors.js';
import { SecretVersionListQuery } from './dto/secret-version-list.query.js';
import { SECRET_VERSION_EXAMPLES } from './dto/secret-version.examples.js';
import { SecretVersionListV31 } from './dto/secret-version-v31.js';
import { VersionNumber } from './http/version-number.decorator.js';
import { toSecretVersionV31 } from './secret-version.mapper.js';
import { SecretVersionsService } from './secret-versions.service.js';
import { MOST_VERSION_NUMBER } from './version-number.js';
import { badVersionNumber, currentVersion, versionDestroyed, versionNotFound } from './version-errors.js';

const STATE_DIFFERS = otherState(EXAMPLE_KEY, EXAMPLE_STATE);
const IF_MATCH_REQUIRED = ifMatchRequired(EXAMPLE_KEY, 'default_tenant');
const NO_VERSION = versionNotFound(EXAMPLE_KEY, { version: 99 });
const DESTROYED = versionDestroyed(EXAMPLE_KEY, { version: 1 }, new Date(EXAMPLE_TIME));
const BAD_NUMBER = badVersionNumber('The version in the path');

const PARAMETERS = [
  KEY,
  {
    name: 'version',
    description: 'The number of the version',
    schema: { type: 'integer' as const, minimum: 1, maximum: MOST_VERSION_NUMBER },
  },
];

/** Serves the versions of secrets, which Cloudify does not have. */
@Controller('api/v3.1/secrets')
@ApiTags('Secrets')
export class SecretVersionsController {
  constructor(private readonly versions: SecretVersionsService) {}

  @Get(':key/versions')
  @TenantRoute('secret_version_get', 'secret.version_list', {
    id: 'listSecretVersions',
    summary: 'List the versions of a secret',
    description:
      'Lists the versions that are kept of a secret and that the caller may read, the newest first, without their values. ' +
      'The first is the current one.',
    parameters: [KEY],
    example: SECRET_VERSION_EXAMPLES.list,
    answer: SecretVersionListV31,
    errors: [BAD_KEY, secretNotFound(EXAMPLE_KEY)],
  })
  async list(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @Query() query: SecretVersionListQuery,
  ): Promise<SecretVersionListV31> {
    const { _size: size, _offset: offset } = query;
    const { items, total } = await this.versions.list(tenant, key, { size, offset });
    return listEnvelope(items.map(toSecretVersionV31), { total, size, offset });
  }

  @Post(':key/versions/:version/restore')
  @ConditionalChangeApi(STATE_DIFFERS, IF_MATCH_REQUIRED)
  @SecretRoute('secret_version_restore', 'secret.version_restore', {
    id: 'restoreSecretVersion',
    summary: 'Restore a version of a secret',
    description:
      'Gives the secret the value of the version again, as a new version. What else the secret has stays as it is. Needs ' +
      'the right to read the version.',
    parameters: PARAMETERS,
    example: SECRET_VERSION_EXAMPLES.restore,
    answer: SecretV31,
    missing: NO_VERSION,
    errors: [BAD_NUMBER, 409, DESTROYED],
  })
  async restore(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @VersionNumber() version: number,
    @RequestConditions() conditions: Conditions,
    @Answers() answers: SecretAnswers,
  ): Promise<ShownSecret> {
    return answers.changed(tenant, await this.versions.restore(tenant, key, version, conditions));
  }

  @Delete(':key/versions/:version')
  @ConditionalChangeApi(STATE_DIFFERS, IF_MATCH_REQUIRED)
  @TenantRoute('secret_version_destroy', 'secret.version_destroy', {
    id: 'destroySecretVersion',
    summary: 'Destroy a version of a secret',
    description:
      'Erases the value of a version that is not the current one. That it existed stays known: reading it is 410. Copies in ' +
      'backups and in the write-ahead log of the database are not erased.',
    parameters: PARAMETERS,
    example: SECRET_VERSION_EXAMPLES.destroy,
    errors: [BAD_KEY, BAD_NUMBER, NO_VERSION, currentVersion(EXAMPLE_KEY, 1), DESTROYED],
  })
  destroy(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @VersionNumber() version: number,
    @RequestConditions() conditions: Conditions,
  ): Promise<void> {
    return this.versions.destroy(tenant, key, version, conditions);
  }
}
