import { Controller, Inject, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { logFailure } from '../../api/errors/log-failure.js';
import { toDomainError } from '../../api/errors/to-domain-error.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { JSON_TEXT } from '../../api/lists/list-envelope.js';
import { ApiErrorsAs } from '../../api/openapi/api-errors.decorator.js';
import { ANY_VALUE } from '../../api/openapi/schemas.js';
import { Post } from '../../api/routes/changes.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Logger } from '../../observability/logger.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { notAllGiven } from './bulk-errors.js';
import { itemsText, mapText } from './bulk-read.mapper.js';
import { BulkRead } from './bulk-read.service.js';
import { toBulkWriteAnswer } from './bulk-write.mapper.js';
import { notAllWritten } from './bulk-write-errors.js';
import { BulkWrite } from './bulk-write.service.js';
import { BULK_EXAMPLES, EXAMPLE_ENV, EXAMPLE_REFUSED_WRITES } from './dto/bulk.examples.js';
import { BulkReadErrorBody, BulkReadPage } from './dto/bulk-read.answer.js';
import { BulkReadBody, toBulkReadInput, type BulkReadInput } from './dto/bulk-read.body.js';
import { BulkWriteAnswer, BulkWriteErrorBody } from './dto/bulk-write.answer.js';
import { BulkWriteBody, toBulkWriteInput } from './dto/bulk-write.body.js';
import { envNames } from './env/env-names.js';
import { envText } from './env/env-text.js';

const ENV_TEXT = 'text/plain; charset=utf-8';

/** Serves many secrets at once. No path has a further part after `secrets/` in the place of a key. */
@Controller('api/v3.1/bulk/secrets')
@ApiTags('Bulk')
export class BulkController {
  constructor(
    private readonly reads: BulkRead,
    private readonly writes: BulkWrite,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  @Post('write')
  @RouteConfig({ bulkBody: true })
  @ApiErrorsAs(BulkWriteErrorBody, notAllWritten(EXAMPLE_REFUSED_WRITES, 2))
  @TenantRoute('secret_create', 'secret.create', {
    id: 'writeSecrets',
    summary: 'Write many secrets',
    description:
      'Creates or updates each secret as a PUT of it would. The mode `all_or_nothing` writes all of them in one ' +
      'transaction or, with 422, none; `each` tells of each what came of it. Each write is recorded in the audit trail.',
    example: BULK_EXAMPLES.write,
    body: BulkWriteBody,
    answer: BulkWriteAnswer,
  })
  async write(
    @Tenant() tenant: TenantContext,
    @RequestBody() body: JsonBody,
    @Req() request: FastifyRequest,
  ): Promise<BulkWriteAnswer> {
    const { mode, items } = toBulkWriteInput(await body.read(BulkWriteBody));
    const results = await this.writes.run(tenant, mode, items);
    return toBulkWriteAnswer(results, (thrown) => {
      const error = toDomainError(thrown);
      if (error.status >= 500) logFailure(this.logger, thrown, error, request);
      return error;
    });
  }

  @Post('read')
  @ApiErrorsAs(BulkReadErrorBody, notAllGiven([{ key: 'mail.relay', outcome: 'not_found' }]))
  @TenantRoute('secret_get', 'secret.read', {
    id: 'readSecrets',
    summary: 'Read many secrets',
    description:
      'Returns secrets with their values, by their keys, by what the keys begin with, or by labels. Each read is recorded in the audit ' +
      'trail. `map` and `env` give all secrets or, with 422, none.',
    example: BULK_EXAMPLES.read,
    body: BulkReadBody,
    answer: BulkReadPage,
    otherAnswers: {
      schemas: [
        { type: 'object', additionalProperties: ANY_VALUE, description: 'With `map`: the values by key' },
      ],
      content: {
        'text/plain': {
          schema: { type: 'string', description: "With `env`: lines such as `NAME='value'`" },
          example: EXAMPLE_ENV,
        },
      },
    },
  })
  async read(
    @Tenant() tenant: TenantContext,
    @RequestBody() body: JsonBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const input = toBulkReadInput(await body.read(BulkReadBody));
    reply.type(input.format === 'env' ? ENV_TEXT : JSON_TEXT);
    return Buffer.from(await textOf(this.reads, tenant, input));
  }
}

/** Returns the answer to a read in the format that is wanted. */
async function textOf(reads: BulkRead, tenant: TenantContext, input: BulkReadInput): Promise<string> {
  const { format, selection, size, naming } = input;
  if (format === 'items') return itemsText(tenant, await reads.items(tenant, selection, size));
  if (format === 'map') return mapText(await reads.values(tenant, selection));
  let names = new Map<string, string>();
  const values = await reads.values(tenant, selection, (keys) => {
    names = envNames(keys, naming);
  });
  return envText(Array.from(values, ([key, value]) => ({ key, name: names.get(key) ?? '', value })));
}
