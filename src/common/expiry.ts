const MINUTES = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2})$/;
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
 * Describes when something expires: at a time, or that many milliseconds from now. The clock of the database decides,
 * since those of replicas differ.
 */
export type Expiry = { readonly at: Date } | { readonly afterMilliseconds: number };

/**
 * Reads both notations that Cloudify's clients use: `YYYY-MM-DD HH:mm` in UTC, and a duration from now such as `+10h` or
 * `+1 day 30 minutes`. A month counts 30 days, a year 365.
 * @returns undefined for anything else
 */
export function readExpiry(text: string): Expiry | undefined {
  const trimmed = text.trim();
  const time = minuteOf(trimmed);
  if (time !== undefined && !Number.isNaN(time)) return { at: new Date(time) };
  const afterMilliseconds = duration(trimmed.toLowerCase());
  return afterMilliseconds === undefined || !(afterMilliseconds <= LONGEST)
    ? undefined
    : { afterMilliseconds };
}

function minuteOf(text: string): number | undefined {
  const [year, month, day, hour, minute] = (MINUTES.exec(text) ?? []).slice(1).map(Number);
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
