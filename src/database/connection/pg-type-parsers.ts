import pg from 'pg';

/** Identifies the type `timestamptz`, whose number is the same on every server. */
const TIMESTAMPTZ = 1184;
const UTC = '+00';

type Parser = (text: string) => unknown;
const parserOf = pg.types.getTypeParser as (type: number, format?: 'text' | 'binary') => Parser;
const parseByDriver = parserOf(TIMESTAMPTZ);

/**
 * Replaces the driver's parser of times with a faster one for sessions in UTC, since every row of a read has two times.
 * The driver's parser still handles every other format.
 */
export const typeParsers = {
  getTypeParser: (type: number, format?: 'text' | 'binary'): Parser =>
    type === TIMESTAMPTZ && format !== 'binary' ? toDate : parserOf(type, format),
};

function toDate(text: string): unknown {
  if (text.length > 29 || text[10] !== ' ' || !text.endsWith(UTC)) return parseByDriver(text);
  return new Date(`${text.slice(0, 10)}T${text.slice(11, -UTC.length)}Z`);
}
