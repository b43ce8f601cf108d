import { describe, expect, it } from '@jest/globals';
import { csvOf } from '../../../src/audit-trail/reading/audit-csv.js';
import { momentOf } from '../../../src/audit-trail/reading/moment.js';

/** Returns the cell of an event's reason, which is the last but one. */
const reasonCell = (reason: string): string =>
  csvOf(JSON.stringify([{ id: 'i', caller: { reason }, detail: null }]))
    .split('\r\n')[1]!
    .replace(/^i,{14}/, '')
    .replace(/,$/, '');

describe('a cell of the table of events', () => {
  it.each([
    ['plain', 'plain'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\uff1d1', "'\uff1d1"],
    ['a,b', '"a,b"'],
    ['=say "hi"', '"\'=say ""hi"""'],
    ['two\r\nlines\u2028\u202e', 'two\\u000d\\u000alines\\u2028\\u202e'],
    ['\t=1', '\\u0009=1'],
  ])('holds %j as text that nothing computes or breaks', (given, wanted) => {
    expect(reasonCell(given)).toBe(wanted);
  });
});

describe('a time by RFC 3339', () => {
  it.each([
    ['2026-03-20T08:23:31Z', '2026-03-20T08:23:31.000Z'],
    ['2026-03-20t08:23:31.2769z', '2026-03-20T08:23:31.276Z'],
    ['2026-03-20T00:30:00+01:00', '2026-03-19T23:30:00.000Z'],
    ['2026-03-20T00:30:00 01:00', '2026-03-19T23:30:00.000Z'],
    ['2026-03-19T23:30:00-00:30', '2026-03-20T00:00:00.000Z'],
  ])('%j is %s', (given, wanted) => {
    expect(momentOf('from', given)).toBe(wanted);
  });

  it.each([
    '',
    '2026-03-20',
    '2026-03-20T08:23:31',
    '2026-02-29T00:00:00Z',
    '2026-03-20T08:23:31+24:00',
    '2026-03-20T24:00:00Z',
  ])('%j is none', (given) => {
    expect(() => momentOf('from', given)).toThrow('`from` must be a time by RFC 3339');
  });
});
