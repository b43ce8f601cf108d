import { Readable } from 'node:stream';
import { Controller, Get, Inject, Req, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Query } from '../../../api/input/query.decorator.js';
import { TenantRoute } from '../../../api/routes/tenant-route.decorator.js';
import { streamedFile } from '../../../api/streaming/streamed-file.js';
import { Busy } from '../../../common/errors.js';
import { FairGate } from '../../../common/turns/fair-gate.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import { Logger } from '../../../observability/logger.js';
import { Metrics } from '../../../observability/metrics/metrics.js';
import { registerQueue } from '../../../observability/metrics/register-queue.js';
import { Tenant } from '../../../tenant-scope/tenant.decorator.js';
import { shareOf } from '../../share-of.js';
import { ExportQuery, toExportOptions } from './dto/export.query.js';
import { ExportedSecretItem } from './dto/exported-secret.js';
import { exportedFields, toExportedSecretItem } from './exported-secret.mapper.js';
import { jsonArrayText } from './json-array-text.js';
import { SHARE_EXAMPLES } from '../share.examples.js';
import {
  HeaderPassphrase,
  onePassphrase,
  PASSPHRASE_HEADER,
  passphraseTooShort,
  requireStrength,
} from '../passphrase.js';
import { SecretExport } from './secret-export.service.js';

const PASSPHRASE = {
  name: PASSPHRASE_HEADER,
  required: false,
  schema: { type: 'string', minLength: 8, maxLength: 1024 },
  description: 'At least 8 characters of UTF-8; values are encrypted with it',
};

/** Limits the exports that run at once, since each may keep some batches in memory for as long as its reader takes. */
const LINE = {
  ...{ places: 16, placesOfGroup: 4, placesOfMember: 2 },
  ...{ waiting: 200, waitingOfGroup: 20, waitMilliseconds: 5_000 },
};
const BUSY = 'Other exports are under way; try again when they have come to their end';

const JSON_FILE = { type: 'application/json; charset=utf-8' };

@Controller(['api/v3/secrets/share', 'api/v3.1/secrets/share'])
@ApiTags('Export and import')
export class SecretExportController {
  private readonly line = new FairGate(LINE, () => new Busy(BUSY));

  constructor(
    private readonly secrets: SecretExport,
    @Inject(Logger) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    registerQueue(metrics, 'exports', () => this.line.gauge);
  }

  @Get('export')
  @ApiHeader(PASSPHRASE)
  @TenantRoute('secret_export', 'secret.export', {
    id: 'exportSecrets',
    summary: 'Export secrets',
    description:
      'Returns the secrets of the tenant that the caller may read and that have not expired, with their values: in clear, ' +
      'or encrypted by a passphrase. The import takes the answer as its `secrets_list`.',
    example: SHARE_EXAMPLES.export,
    answer: [ExportedSecretItem],
    acrossTenants: true,
    errors: [passphraseTooShort()],
  })
  async export(
    @Tenant() tenant: TenantContext,
    @Query() query: ExportQuery,
    @HeaderPassphrase() header: string | undefined,
    @Req() request: FastifyRequest,
  ): Promise<StreamableFile> {
    const passphrase = onePassphrase('_passphrase', query._passphrase, header);
    requireStrength(passphrase);
    const fields = exportedFields(query);
    const options = toExportOptions(query);
    if (request.method === 'HEAD') {
      await this.secrets.recordHead(tenant, options);
      return new StreamableFile(Readable.from([]), JSON_FILE);
    }
    const batches = this.secrets.batches(tenant, options, passphrase);
    const items = itemsOf(batches, fields, () => this.line.take(shareOf(tenant)));
    return streamedFile(jsonArrayText(items), JSON_FILE, { request, logger: this.logger });
  }
}

/** @param take takes a place in the line, and returns a function that releases it */
async function* itemsOf(
  batches: ReturnType<SecretExport['batches']>,
  fields: ReturnType<typeof exportedFields>,
  take: () => Promise<() => void>,
): AsyncGenerator<ExportedSecretItem[], void> {
  const release = await take();
  try {
    for await (const batch of batches) yield batch.map((secret) => toExportedSecretItem(secret, fields));
  } finally {
    release();
  }
}
