/**
 * Tells whether a text such as 2026-03-20T08:23:31 is a real time of the years 1 to 9999. It refuses the 31st of
 * February, which JavaScript reads as a day in March and the database as an error.
 */
export function isCalendarTime(text: string): boolean {
  const time = new Date(`${text}Z`);
  return !text.startsWith('0000') && !Number.isNaN(time.getTime()) && time.toISOString() === `${text}.000Z`;
}
