/**
 * Returns the time by the clock of this machine, in Unix milliseconds. It may be wrong, so nothing may be decided by
 * it: it is for ids, which sort roughly by time, and for formats that demand a time which nobody checks (ADR 33).
 */
export function machineTime(): number {
  return Date.now();
}
