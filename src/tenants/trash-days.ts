import { Inject, Injectable } from '@nestjs/common';
import { Configuration } from '../config/configuration.js';

const DAY_MS = 86_400_000;

/** Says how long the trash of a tenant keeps a secret: as its managers have set, within the bounds of the installation. */
@Injectable()
export class TrashDays {
  readonly least: number;
  readonly most: number;
  private readonly byDefault: number;

  constructor(@Inject(Configuration) configuration: Configuration) {
    const { trashDays, minTrashDays, maxTrashDays } = configuration;
    [this.byDefault, this.least, this.most] = [trashDays, minTrashDays, maxTrashDays];
  }

  /**
   * Returns the days that hold, as `sweep_trash` computes them.
   * @param set those that the tenant has set; null for none
   */
  effective(set: number | null): number {
    return Math.min(Math.max(set ?? this.byDefault, this.least), this.most);
  }

  /** Returns the time from which a secret may be purged. */
  endOf(deletedAt: Date, set: number | null): Date {
    return new Date(deletedAt.getTime() + this.effective(set) * DAY_MS);
  }
}
