import type { EntityManager } from 'typeorm';
import { newEvent, type AuditEvent } from '../../audit/audit-event.js';
import type { AuditOutcome } from '../../audit/outcomes.js';
import type { Refusal } from '../../audit/refusal.js';
import { logDetail, readerOf, type LogScope } from '../reading/log-scope.js';
import type { ScopedReading } from '../reading/scoped-reading.js';

export type ExportFormat = 'jsonl' | 'csv';

/**
 * Reads an export part by part, each in a short transaction. The event of the beginning is committed with the first part;
 * every later one is read by the rights of its moment.
 */
export class RecordedExport {
  private readonly event: AuditEvent<'audit.export'>;
  private hasBegun = false;
  private events = 0;

  constructor(
    private readonly reading: ScopedReading,
    private readonly scope: LogScope,
    format: ExportFormat,
  ) {
    this.event = newEvent('audit.export', readerOf(scope).caller, {
      detail: { stage: 'begin', format, ...logDetail(scope) },
    });
  }

  /**
   * Reads a part.
   * @param read takes the logs of the scope, or null for every log
   * @throws Forbidden if the right has ended, and the error of a refusal
   */
  async read<T>(
    read: (manager: EntityManager, logIds: readonly string[] | null) => Promise<T | Refusal>,
  ): Promise<T> {
    if (this.hasBegun) return this.reading.further(this.scope, this.event.id, read);
    const result = await this.reading.recorded(this.scope, this.event, read);
    this.hasBegun = true;
    return result;
  }

  /** Counts events that are given. */
  count(events: number): void {
    this.events += events;
  }

  /** Records that a HEAD asked for the export. */
  async recordHead(): Promise<void> {
    const { detail, caller } = this.event;
    const event = newEvent('audit.export', caller, { detail: { ...detail, stage: 'begin' } });
    await this.reading.recorded(this.scope, event, () => Promise.resolve(undefined));
  }

  /** Records the end of an export that has begun. */
  async end(outcome: AuditOutcome): Promise<void> {
    if (!this.hasBegun) return;
    const { detail, caller, id } = this.event;
    const told = { ...detail, stage: 'end', begin: id, events: String(this.events) };
    await this.reading.record(this.scope, newEvent('audit.export', caller, { outcome, detail: told }));
  }
}
