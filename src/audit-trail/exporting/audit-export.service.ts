import { Inject, Injectable } from '@nestjs/common';
import type { AuditOutcome } from '../../audit/outcomes.js';
import type { AuditConditions } from '../reading/audit-filter.js';
import type { LogScope } from '../reading/log-scope.js';
import { ScopedReading } from '../reading/scoped-reading.js';
import type { Since } from '../trees/log-trees.repository.js';
import { LogLines } from './log-lines.js';
import { RecordedExport, type ExportFormat } from './recorded-export.js';
import { TableLines } from './table-lines.js';

/** Exports the audit trail, as text that is read as fast as it is taken. */
@Injectable()
export class AuditExport {
  constructor(
    @Inject(ScopedReading) private readonly reading: ScopedReading,
    @Inject(LogLines) private readonly lines: LogLines,
    @Inject(TableLines) private readonly table: TableLines,
  ) {}

  /** Gives whole logs, or what is new in them, in the format of docs/audit-format.md. */
  logs(scope: LogScope, since: Since | undefined): AsyncGenerator<string, void> {
    return this.recorded(scope, 'jsonl', (parts) => this.lines.of(parts, scope, since));
  }

  /** Gives events that fulfill the conditions as a table, the oldest first. */
  events(scope: LogScope, conditions: AuditConditions): AsyncGenerator<string, void> {
    return this.recorded(scope, 'csv', (parts) => this.table.of(parts, conditions));
  }

  /** Records that an export was asked for by HEAD. */
  async recordHead(scope: LogScope, format: ExportFormat): Promise<void> {
    await new RecordedExport(this.reading, scope, format).recordHead();
  }

  /** Records the end, also where the reader goes or something fails. */
  private async *recorded(
    scope: LogScope,
    format: ExportFormat,
    textOf: (parts: RecordedExport) => AsyncGenerator<string, void>,
  ): AsyncGenerator<string, void> {
    const parts = new RecordedExport(this.reading, scope, format);
    let outcome: AuditOutcome = 'failed';
    try {
      yield* textOf(parts);
      outcome = 'ok';
    } finally {
      await parts.end(outcome);
    }
  }
}
