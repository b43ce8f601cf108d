import { InvalidArgumentError } from 'commander';
import { nearestName } from '../../common/names/nearest-name.js';

/** Returns a parser of one of many names, which are too many to be listed. */
export function nearest(kind: string, known: readonly string[]): (text: string) => string {
  return (text) => {
    if (known.includes(text)) return text;
    const meant = nearestName(text, known);
    throw new InvalidArgumentError(
      `There is no such ${kind}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  };
}

/** Returns a parser of whole numbers between two bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}`);
  };
}
