import type { EpochStart } from '../epoch-event.js';

/** Says what was proved of an epoch of a log. */
export interface ProvedLog {
  readonly origin: string;
  /** Counts the events of the log that come before the file's first one. */
  readonly before: number;
  /** The size of the last tree that was proved, which counts the events before. */
  readonly size: number;
  /** The root of that tree. */
  readonly root: Buffer;
  /** The text of the key that signed it. */
  readonly verifierKey: string;
  /** The time of the first and the last event that was proved; null where there is none. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  /** Says how the epoch began, where it is not the first one. */
  readonly epochStart: EpochStart | undefined;
  /** The sizes of the older checkpoints that were found unchanged. */
  readonly olderSizes: readonly number[];
}

/** Says what a file proves, up to its first damage. */
export interface ExportReport {
  readonly logs: readonly ProvedLog[];
  readonly damage: { readonly line: number; readonly problem: string } | undefined;
}

/** Returns how many events a report proves. */
export function eventsOf(logs: readonly ProvedLog[]): number {
  return logs.reduce((sum, { before, size }) => sum + size - before, 0);
}
