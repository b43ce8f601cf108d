import { BadParameters } from '../../common/errors.js';

const ABSOLUTE = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2})$/;
const RELATIVE = /^\+\s*(?:\d{1,6}\s*[a-z]+\s*)+$/;
const PARTS = /(\d+)\s*([a-z]+)/g;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: readonly (readonly [names: RegExp, milliseconds: number])[] = [
  [/^(min|mins|minute|minutes)$/, MINUTE],
  [/^(h|hour|hours)$/, HOUR],
  [/^(d|day|days)$/, DAY],
  [/^(w|week|weeks)$/, 7 * DAY],
  [/^(mo|month|months)$/, 30 * DAY],
  [/^(y|year|years)$/, 365 * DAY],
];

/** Limits expiries to what both PostgreSQL and clients can represent. */
const LATEST = Date.UTC(9999, 11, 31);

/**
 * Reads both notations that clients use: `YYYY-MM-DD HH:mm` in UTC, and a duration from now such as `+10h` or `+1 day
 * 30 minutes`. A month counts 30 days, a year 365.
 * @throws BadParameters for anything else, and for a time in the past
 */
export function parseExpiry(text: string, now = Date.now()): Date {
  const trimmed = text.trim();
  const time = absolute(trimmed) ?? relative(trimmed.toLowerCase(), now);
  if (time === undefined || Number.isNaN(time) || time > LATEST)
    throw new BadParameters(
      '`expiration_date` must be `YYYY-MM-DD HH:mm` in UTC, or like `+10h`, `+30 minutes`, `+1 day`',
    );
  if (time <= now) throw new BadParameters('`expiration_date`: the date is in the past');
  return new Date(time);
}

function absolute(text: string): number | undefined {
  const [year, month, day, hour, minute] = (ABSOLUTE.exec(text) ?? []).slice(1).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const time = Date.UTC(year, month - 1, day, hour, minute);
  const shown = new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  return shown === text ? time : Number.NaN;
}

function relative(text: string, now: number): number | undefined {
  if (!RELATIVE.test(text)) return undefined;
  let time = now;
  for (const [, amount = '', unit = ''] of text.matchAll(PARTS)) {
    const length = UNITS.find(([names]) => names.test(unit))?.[1];
    if (length === undefined) return Number.NaN;
    time += Number(amount) * length;
  }
  return time;
}
