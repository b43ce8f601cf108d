/** Formats a time in UTC with exactly three decimals, such as 2026-03-20T08:23:31.276Z. */
export function formatTime(time: Date): string {
  return time.toISOString();
}
