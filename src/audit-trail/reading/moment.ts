import { isCalendarTime } from '../../common/calendar-time.js';
import { BadParameters } from '../../common/errors.js';

/** Matches a time by RFC 3339. A plus may arrive decoded as a space. */
const MOMENT =
  /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d{1,9})?(?:[Zz]|([-+ ])((?:[01]\d|2[0-3]):[0-5]\d))$/;

/**
 * Reads a time by RFC 3339, with its offset, as the same time in UTC with milliseconds.
 * @throws BadParameters, which names the parameter, for anything else
 */
export function momentOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, day = '', time = '', fraction = '', sign = '+', offset = '00:00'] = MOMENT.exec(text) ?? [];
  const local = `${day}T${time}`;
  const moment = new Date(`${local}${fraction.slice(0, 4)}${sign === ' ' ? '+' : sign}${offset}`);
  if (
    isCalendarTime(local) &&
    /^(?!0000)\d{4}-/.test(Number.isNaN(moment.getTime()) ? '' : moment.toISOString())
  )
    return moment.toISOString();
  throw new BadParameters(
    `\`${name}\` must be a time by RFC 3339, such as 2026-03-20T08:23:31Z or 2026-03-20T09:23:31+01:00 (the plus is ` +
      'written %2B in an address)',
  );
}
