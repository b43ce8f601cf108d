import { Inject, Injectable } from '@nestjs/common';
import { CSV_HEADER, csvLines, type StoredEvent } from '../reading/audit-csv.js';
import { AuditEventsRepository } from '../reading/audit-events.repository.js';
import type { AuditConditions, AuditPage } from '../reading/audit-filter.js';
import { withinTime } from '../reading/within-time.js';
import type { RecordedExport } from './recorded-export.js';

/** The number of events that are read at once. */
const PAGE = 500;

/** Writes events as a table by RFC 4180. */
@Injectable()
export class TableLines {
  constructor(@Inject(AuditEventsRepository) private readonly events: AuditEventsRepository) {}

  /**
   * Gives a line of names, and one for each event that fulfills the conditions, the oldest first.
   * @throws TooCostly if a statement takes too long
   */
  async *of(parts: RecordedExport, conditions: AuditConditions): AsyncGenerator<string, void> {
    let after: AuditPage['next'];
    let before = CSV_HEADER;
    do {
      const filter = { ...conditions, after, descending: false, size: PAGE };
      const page = await withinTime(() =>
        parts.read(async (manager, logIds) =>
          this.events.readLogs(manager, logIds ?? (await this.events.allLogs(manager)), filter),
        ),
      );
      const events = JSON.parse(page.items) as StoredEvent[];
      yield before + csvLines(events);
      parts.count(events.length);
      before = '';
      after = page.next;
    } while (after !== undefined);
  }
}
