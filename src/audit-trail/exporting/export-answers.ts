import { Readable } from 'node:stream';
import { Inject, Injectable, StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { streamedFile } from '../../api/streaming/streamed-file.js';
import { Busy } from '../../common/errors.js';
import { NIL_UUID } from '../../common/ids.js';
import { FairGate } from '../../common/turns/fair-gate.js';
import { Logger } from '../../observability/logger.js';
import { Metrics } from '../../observability/metrics/metrics.js';
import { registerQueue } from '../../observability/metrics/register-queue.js';
import { CSV_TEXT } from '../reading/audit-csv.js';
import { toAuditConditions } from '../reading/dto/audit-conditions.query.js';
import { readerOf, type LogScope } from '../reading/log-scope.js';
import { JSON_LINES } from './audit-export.examples.js';
import { AuditExport } from './audit-export.service.js';
import { toSince, type AuditExportQuery } from './dto/audit-export.query.js';

/** Limits the exports that run at once, since each keeps a part in memory for as long as its reader takes. */
const LINE = {
  ...{ places: 8, placesOfGroup: 4, placesOfMember: 2 },
  ...{ waiting: 100, waitingOfGroup: 10, waitMilliseconds: 5_000 },
};
const BUSY = 'Other exports of the audit trail are under way; try again when they have come to their end';

const LINES_FILE = { type: JSON_LINES, disposition: 'attachment; filename="audit.jsonl"' };
const CSV_FILE = { type: CSV_TEXT, disposition: 'attachment; filename="audit.csv"' };

/** Answers with exports, of which a few run at once. */
@Injectable()
export class ExportAnswers {
  private readonly line = new FairGate(LINE, () => new Busy(BUSY));

  constructor(
    @Inject(AuditExport) private readonly exports: AuditExport,
    @Inject(Logger) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    registerQueue(metrics, 'audit_exports', () => this.line.gauge);
  }

  /** @throws BadParameters for a query that asks for no export */
  async answer(scope: LogScope, query: AuditExportQuery, request: FastifyRequest): Promise<StreamableFile> {
    const since = toSince(query, scope.kind !== 'all');
    const conditions = toAuditConditions(query);
    const file = query.format === 'csv' ? CSV_FILE : LINES_FILE;
    if (request.method === 'HEAD') {
      await this.exports.recordHead(scope, query.format);
      return new StreamableFile(Readable.from([]), file);
    }
    const text =
      query.format === 'csv' ? this.exports.events(scope, conditions) : this.exports.logs(scope, since);
    return streamedFile(this.inLine(scope, text), file, { request, logger: this.logger });
  }

  /** Gives a text while it holds a place in the line. */
  private async *inLine(scope: LogScope, text: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
    const group = scope.kind === 'tenant' ? scope.tenant.tenantId : NIL_UUID;
    const release = await this.line.take({ group, member: readerOf(scope).userId });
    try {
      yield* text;
    } finally {
      release();
    }
  }
}
