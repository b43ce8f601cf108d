import { originText, parseOrigin, type LogOrigin } from '../../transparency/log-origin.js';
import { epochStartOf, type EpochStart } from '../epoch-event.js';
import { Damage } from './damage.js';
import type { ProvedLog } from './export-report.js';
import type { LogSection } from './log-section.js';

/** Tells whether a log stands after another in a file: by installation, then by log, then by epoch. */
export function comesAfter(one: LogOrigin, other: LogOrigin): boolean {
  const [first, second] = [textOf(one), textOf(other)];
  return first === second ? one.epoch > other.epoch : first > second;
}

/**
 * Returns how an epoch began, which its first event says; undefined for a first epoch, and where the file does not
 * begin with the first event of the epoch.
 * @param line that of the first checkpoint
 * @param before what was proved of the log before it in the file
 * @throws Damage where the event is missing, or names another end of the epoch before than the file has
 */
export function epochStart(
  line: number,
  section: LogSection,
  before: ProvedLog | undefined,
): EpochStart | undefined {
  if (section.origin.epoch === 1 || !section.isWhole) return undefined;
  const { start, at } = startOf(line, section);
  const { origin: previous, size, root } = start.previous;
  if (before?.origin === previous && !(before.size === size && before.root.equals(root)))
    throw new Damage(
      at,
      `says that the epoch before ended after ${size} events, but this file has another end of it, after ${before.size}`,
    );
  if (before !== undefined && isBetween(before.origin, previous, section.origin))
    throw new Damage(at, `says that ${previous} is the epoch before, but this file has ${before.origin}`);
  return start;
}

/** Returns what the first event of an epoch says, and its line. */
function startOf(line: number, { origin, first }: LogSection): { start: EpochStart; at: number } {
  const start = first === undefined ? undefined : epochStartOf(first.event);
  const at = first?.line ?? line;
  const previous = parseOrigin(start?.previous.origin ?? '');
  if (start !== undefined && previous !== undefined && isEarlier(previous, origin)) return { start, at };
  throw new Damage(at, 'must be the event that says where the epoch before ended');
}

/** Tells whether one is an earlier epoch of the log of another. */
function isEarlier(one: LogOrigin, other: LogOrigin): boolean {
  return textOf(one) === textOf(other) && one.epoch < other.epoch;
}

/** Tells whether a log is an epoch between two others of its log. */
function isBetween(text: string, previous: string, origin: LogOrigin): boolean {
  const [between, earlier] = [parseOrigin(text), parseOrigin(previous)];
  return (
    between !== undefined &&
    earlier !== undefined &&
    isEarlier(earlier, between) &&
    isEarlier(between, origin)
  );
}

function textOf(origin: LogOrigin): string {
  return originText({ ...origin, epoch: 1 });
}
