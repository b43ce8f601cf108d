/**
 * Returns the time by the clock of this machine, in Unix milliseconds. It may be wrong, so nothing may be decided by
 * it: it is for ids, which sort roughly by time, for formats that demand a time which nobody checks, and for telling
 * whether a certificate has expired, which every TLS library judges by it (ADR 33).
 */
export function machineTime(): number {
  return Date.now();
}
