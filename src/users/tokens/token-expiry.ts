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

/** Limits durations so that clients can represent the time at which they end. */
const LONGEST = 7_000 * 365 * DAY;

/**
 * Describes when a token expires: at a time, or that many milliseconds after it is created. The clock of the database
 * decides, since those of replicas differ.
 */
export type TokenExpiry = { readonly at: Date } | { readonly afterMilliseconds: number };

/**
 * Reads both notations that clients use: `YYYY-MM-DD HH:mm` in UTC, and a duration from now such as `+10h` or `+1 day
 * 30 minutes`. A month counts 30 days, a year 365.
 * @throws BadParameters for anything else
 */
export function parseExpiry(text: string): TokenExpiry {
  const trimmed = text.trim();
  const time = absolute(trimmed);
  if (time !== undefined && !Number.isNaN(time)) return { at: new Date(time) };
  const afterMilliseconds = duration(trimmed.toLowerCase());
  if (afterMilliseconds === undefined || !(afterMilliseconds <= LONGEST))
    throw new BadParameters(
      '`expiration_date` must be `YYYY-MM-DD HH:mm` in UTC, or like `+10h`, `+30 minutes`, `+1 day`',
    );
  if (afterMilliseconds === 0) throw expiryInThePast();
  return { afterMilliseconds };
}

export function expiryInThePast(): BadParameters {
  return new BadParameters('`expiration_date`: the date is in the past');
}

function absolute(text: string): number | undefined {
  const [year, month, day, hour, minute] = (ABSOLUTE.exec(text) ?? []).slice(1).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const time = Date.UTC(year, month - 1, day, hour, minute);
  const shown = new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  return shown === text ? time : Number.NaN;
}

function duration(text: string): number | undefined {
  if (!RELATIVE.test(text)) return undefined;
  let time = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(PARTS)) {
    const length = UNITS.find(([names]) => names.test(unit))?.[1];
    if (length === undefined) return Number.NaN;
    time += Number(amount) * length;
  }
  return time;
}
