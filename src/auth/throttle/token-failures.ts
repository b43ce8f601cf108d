import { Inject, Injectable } from '@nestjs/common';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../../audit/audit-writer.js';
import type { Metrics } from '../../observability/metrics/metrics.js';
import { RecentFailures } from './recent-failures.js';
import { RefusedLogins } from './refused-logins.js';

/**
 * Records failures by token: the first ones of each source individually, further ones as a number. Events of one turn
 * share a statement, and numbers are stored once a second, so that callers with wrong tokens delay only each other.
 * Each process has its own limit.
 */
@Injectable()
export class TokenFailures {
  private readonly recent = new RecentFailures();
  private failures = 0;

  constructor(
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(RefusedLogins) private readonly refused: RefusedLogins,
  ) {}

  /** Registers how many tokens this process refused. */
  register(metrics: Metrics): void {
    const labels = { method: 'token', outcome: 'wrong' };
    metrics.register('strongroom_logins_total', () => [{ labels, value: this.failures }]);
  }

  /**
   * Records a failure, and returns once that is durable.
   * @throws Busy, Unavailable when it cannot be recorded
   */
  async record(source: string, event: AuditEvent): Promise<void> {
    this.failures += 1;
    if (this.recent.isWithinLimit(source)) await this.audit.record(SYSTEM_LOG, event);
    else await this.refused.count(source);
  }
}
