import { Controller, Inject } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { CalledVersion, type ApiVersion } from '../../../api/http/api-version.decorator.js';
import { JsonBody, RequestBody } from '../../../api/input/json-body.js';
import { Post } from '../../../api/routes/changes.js';
import { TenantRoute } from '../../../api/routes/tenant-route.decorator.js';
import { BadParameters } from '../../../common/errors.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import { Metrics } from '../../../observability/metrics/metrics.js';
import { registerQueue } from '../../../observability/metrics/register-queue.js';
import { Tenant } from '../../../tenant-scope/tenant.decorator.js';
import { shareOf } from '../../share-of.js';
import { ImportResultV3 } from './dto/import-result.js';
import { ImportBody, toImportInput } from './dto/import.body.js';
import { importDeadline, importLine } from './import-line.js';
import { HeaderPassphrase, onePassphrase, PASSPHRASE_HEADER } from '../passphrase.js';
import { SHARE_EXAMPLES } from '../share.examples.js';
import { SecretImport } from './secret-import.service.js';

const PASSPHRASE = {
  name: PASSPHRASE_HEADER,
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 1024 },
  description: 'For encrypted values, in UTF-8',
};

@Controller(['api/v3/secrets/share', 'api/v3.1/secrets/share'])
@ApiTags('Export and import')
export class SecretImportController {
  private readonly line = importLine();

  constructor(
    private readonly secrets: SecretImport,
    @Inject(Metrics) metrics: Metrics,
  ) {
    registerQueue(metrics, 'imports', () => this.line.gauge);
  }

  @Post('import')
  @RouteConfig({ largeBody: true })
  @ApiHeader(PASSPHRASE)
  @TenantRoute('secret_import', 'secret.import', {
    id: 'importSecrets',
    summary: 'Import secrets',
    description:
      'Imports all secrets of the list, or none: the answer says what is wrong with which, and an answer without errors ' +
      'means that all are in.',
    example: SHARE_EXAMPLES.import,
    errors: [new BadParameters('`secrets_list` must hold objects only')],
    body: ImportBody,
    answer: ImportResultV3,
  })
  async import(
    @Tenant() tenant: TenantContext,
    @RequestBody() body: JsonBody,
    @HeaderPassphrase() header: string | undefined,
    @CalledVersion() version: ApiVersion,
  ): Promise<ImportResultV3> {
    const wanted = await body.read(ImportBody);
    const options = { header, ignoreUnknown: version === 'v3' };
    // The place is taken once the body has arrived, so a client that sends slowly keeps nobody from importing.
    return this.line.hold(shareOf(tenant), () => importedBy(this.secrets, tenant, wanted, options));
  }
}

async function importedBy(
  secrets: SecretImport,
  { tenantId: logId, userId, username, caller }: TenantContext,
  body: ImportBody,
  { header, ignoreUnknown }: { readonly header: string | undefined; readonly ignoreUnknown: boolean },
): Promise<ImportResultV3> {
  const importer = { logId, userId, username, caller, deadline: importDeadline() };
  const passphrase = onePassphrase('passphrase', body.passphrase ?? undefined, header);
  const wanted = { ...toImportInput(body), passphrase, ignoreUnknown };
  const { colliding, errors } = await secrets.run(importer, wanted);
  return {
    colliding_secrets: Object.fromEntries(colliding),
    secrets_errors: Object.fromEntries([...errors].map(([index, of]) => [String(index), of])),
  };
}
