import { Inject, Injectable } from '@nestjs/common';
import { Configuration } from '../config/configuration.js';

/** Says for how many days the events of a tenant are kept: as administrators have set, but never below the floor. */
@Injectable()
export class AuditDays {
  /** The days for which events are kept where nobody has set others; 0 for ever. */
  readonly byDefault: number;
  readonly least: number;

  constructor(@Inject(Configuration) { auditDays, minAuditDays }: Configuration) {
    [this.byDefault, this.least] = [auditDays, minAuditDays];
  }

  /** Tells whether administrators may set these days; 0 stands for ever. */
  allows(days: number): boolean {
    return days === 0 || days >= this.least;
  }

  /**
   * Returns the days that hold, as `audit_horizon` computes them; 0 stands for ever.
   * @param set those that administrators have set; null for none
   */
  effective(set: number | null): number {
    const days = set ?? this.byDefault;
    return days === 0 ? 0 : Math.max(days, this.least);
  }
}
