import { Controller, Get, Inject, Req, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Query } from '../../../api/input/query.decorator.js';
import { logFailure } from '../../../api/errors/log-failure.js';
import { TenantRoute } from '../../../api/routes/tenant-route.decorator.js';
import { toDomainError } from '../../../api/errors/to-domain-error.js';
import { ConcurrencyLimit } from '../../../common/concurrency-limit.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import { Logger } from '../../../observability/logger.js';
import { Tenant } from '../../../tenant-scope/tenant.decorator.js';
import { ExportQuery, toExportOptions } from './dto/export.query.js';
import { ExportedSecretItem } from './dto/exported-secret.js';
import { exportedFields, toExportedSecretItem } from './exported-secret.mapper.js';
import { jsonArrayStream } from './json-array.stream.js';
import { HeaderPassphrase, onePassphrase, PASSPHRASE_HEADER, requireStrength } from '../passphrase.js';
import { SecretExport } from './secret-export.service.js';

const PASSPHRASE = {
  name: PASSPHRASE_HEADER,
  required: false,
  description: 'At least 8 characters of UTF-8; values are encrypted with it',
};

/** A reader that takes nothing for so long is cut off. */
const STALLED_MS = 30_000;

@Controller(['api/v3/secrets/share', 'api/v3.1/secrets/share'])
@ApiTags('Export and import')
export class SecretExportController {
  /** Each may keep some batches in memory for as long as its reader likes. */
  private readonly slots = new ConcurrencyLimit({
    all: 16,
    ofOneSource: 4,
    refusal: 'Other exports are under way; try again when they have come to their end',
  });

  constructor(
    private readonly secrets: SecretExport,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  @Get('export')
  @ApiHeader(PASSPHRASE)
  @TenantRoute('secret_export', 'secret.export', {
    summary: 'Export the secrets of the tenant that the caller may read, with their values',
    answer: [ExportedSecretItem],
    acrossTenants: true,
  })
  async export(
    @Tenant() tenant: TenantContext,
    @Query() query: ExportQuery,
    @HeaderPassphrase() header: string | undefined,
    @Req() { id, raw }: FastifyRequest,
  ): Promise<StreamableFile> {
    const passphrase = onePassphrase('_passphrase', query._passphrase, header);
    requireStrength(passphrase);
    const fields = exportedFields(query);
    const batches = this.secrets.batches(tenant, toExportOptions(query), passphrase);
    const stream = await jsonArrayStream(
      itemsOf(batches, fields, () => this.slots.take(tenant.userId)),
      (error) => logFailure(this.logger, error, toDomainError(error), id),
    );
    raw.socket.setTimeout(STALLED_MS);
    return new StreamableFile(stream, { type: 'application/json; charset=utf-8' });
  }
}

/** @param take takes a slot, and gives what releases it */
async function* itemsOf(
  batches: ReturnType<SecretExport['batches']>,
  fields: ReturnType<typeof exportedFields>,
  take: () => () => void,
): AsyncGenerator<ExportedSecretItem[], void> {
  const release = take();
  try {
    for await (const batch of batches) yield batch.map((secret) => toExportedSecretItem(secret, fields));
  } finally {
    release();
  }
}
