import pg from 'pg';

/** The type's number in every PostgreSQL. */
const TIMESTAMPTZ = 1184;
const UTC = '+00';

type Parser = (text: string) => unknown;
const parserOf = pg.types.getTypeParser as (type: number, format?: 'text' | 'binary') => Parser;
const driversOwn = parserOf(TIMESTAMPTZ);

/**
 * The driver's types, but quicker with what a read has twice in every row: times, as sessions in UTC show them. Any
 * other form is left to the driver.
 */
export const typeParsers = {
  getTypeParser: (type: number, format?: 'text' | 'binary'): Parser =>
    type === TIMESTAMPTZ && format !== 'binary' ? toDate : parserOf(type, format),
};

function toDate(text: string): unknown {
  if (text.length > 29 || text[10] !== ' ' || !text.endsWith(UTC)) return driversOwn(text);
  return new Date(`${text.slice(0, 10)}T${text.slice(11, -UTC.length)}Z`);
}
