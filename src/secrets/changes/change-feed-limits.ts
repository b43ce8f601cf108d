import { Injectable } from '@nestjs/common';
import type { WaitingLimits } from './waiting-room.js';

/** Holds the limits of those who follow the changes of secrets. */
@Injectable()
export class ChangeFeedLimits {
  readonly waiting: WaitingLimits = { ofCaller: 100, ofTenant: 1_000, all: 2_000 };
  /** Sets how often the rights of a caller who waits are looked up again. */
  readonly renewalMilliseconds: number = 15_000;
  /** Limits how long a reader of a stream may accept nothing before it is disconnected. */
  readonly stalledMilliseconds: number = 30_000;
}
