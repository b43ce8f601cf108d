import { Controller, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { JsonBody, RequestBody } from '../../../api/input/json-body.js';
import { TenantRoute } from '../../../api/routes/tenant-route.decorator.js';
import { TooManyRequests } from '../../../common/errors.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import { Tenant } from '../../../tenant-scope/tenant.decorator.js';
import { ImportResultV3 } from './dto/import-result.js';
import { ImportBody, toImportInput } from './dto/import.body.js';
import { HeaderPassphrase, onePassphrase, PASSPHRASE_HEADER } from '../passphrase.js';
import { SecretImport } from './secret-import.service.js';

/** Imports under way at once in this process: each may take a large body, and a database connection for a while. */
const MOST_AT_ONCE = 2;
const RETRY_SECONDS = 5;

@Controller(['api/v3/secrets/share', 'api/v3.1/secrets/share'])
@ApiTags('Export and import')
export class SecretImportController {
  private underWay = 0;

  constructor(private readonly secrets: SecretImport) {}

  @Post('import')
  @RouteConfig({ largeBody: true })
  @ApiHeader({ name: PASSPHRASE_HEADER, required: false, description: 'For encrypted values, in UTF-8' })
  @TenantRoute('secret_import', 'secret.import', {
    summary: 'Import secrets: all of them, or none',
    body: ImportBody,
    answer: ImportResultV3,
  })
  async import(
    @Tenant() tenant: TenantContext,
    @RequestBody() body: JsonBody,
    @HeaderPassphrase() header: string | undefined,
  ): Promise<ImportResultV3> {
    if (this.underWay >= MOST_AT_ONCE)
      throw new TooManyRequests('Other imports are under way; try again in a few seconds', RETRY_SECONDS);
    this.underWay += 1;
    try {
      return await importedBy(this.secrets, tenant, await body.read(ImportBody), header);
    } finally {
      this.underWay -= 1;
    }
  }
}

async function importedBy(
  secrets: SecretImport,
  { tenantId: logId, userId, username, caller }: TenantContext,
  body: ImportBody,
  header: string | undefined,
): Promise<ImportResultV3> {
  const passphrase = onePassphrase('passphrase', body.passphrase ?? undefined, header);
  const wanted = { ...toImportInput(body), passphrase };
  const { colliding, errors } = await secrets.run({ logId, userId, username, caller }, wanted);
  return {
    colliding_secrets: Object.fromEntries(colliding),
    secrets_errors: Object.fromEntries([...errors].map(([index, of]) => [String(index), of])),
  };
}
