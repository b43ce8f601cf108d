import { isCalendarTime } from '../../common/calendar-time.js';

/** Matches RFC 3339. A `+` may arrive decoded as a space. */
const TIME =
  /^(?<local>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?<fraction>\d{1,9}))?(?<zone>Z|[-+ ](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/** Returns the time that a text gives with its zone, to the millisecond; undefined for any other text. */
export function timeOf(text: string): Date | undefined {
  const { local, fraction = '', zone } = TIME.exec(text)?.groups ?? {};
  if (local === undefined || zone === undefined || !isCalendarTime(local.toUpperCase())) return undefined;
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  return new Date(`${local}.${milliseconds}${zone.replace(' ', '+')}`.toUpperCase());
}
