/**
 * Whether a text such as 2026-03-20T08:23:31 is a time that there is, of the years 1 to 9999: not the 31st of February,
 * which JavaScript takes for a day in March and the database for an error.
 */
export function isCalendarTime(text: string): boolean {
  const time = new Date(`${text}Z`);
  return !text.startsWith('0000') && !Number.isNaN(time.getTime()) && time.toISOString() === `${text}.000Z`;
}
