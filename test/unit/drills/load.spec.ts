import { describe, expect, it } from '@jest/globals';
import { AnswerReader } from '../../drills/load/answer-reader.js';
import { optionsOf } from '../../drills/load/options.js';
import { headText, requestText } from '../../drills/load/requests.js';
import { ROWS } from '../../drills/load/rows.js';

describe('what the drill of shares is asked for', () => {
  it('is all rows, twice, unless told otherwise', () => {
    const all = { rows: ROWS, seconds: 8, rounds: 2, secrets: 100_000, json: undefined };
    expect(optionsOf([])).toEqual(all);
    expect(optionsOf(['--only', 'tokens,held-rows'])?.rows.map(({ name }) => name)).toEqual([
      'held-rows',
      'tokens',
    ]);
    expect(optionsOf(['--help'])).toBeUndefined();
  });

  it.each([
    [['--only', 'tokens,nope'], 'There is no row "nope": it is one of held-rows'],
    [['--seconds', '0'], '--seconds must be a whole number of at least 1'],
    [['--rounds', '1.5'], '--rounds must be a whole number of at least 1'],
    [['--secrets', '10'], '--secrets must be a whole number of at least 1000'],
    [['--fast'], "Unknown option '--fast'"],
    [['--json', '/no/such/folder/f.json'], '--json cannot be written: ENOENT'],
  ])('is refused before anything is started: %j', (args, problem) => {
    expect(() => optionsOf(args)).toThrow(problem);
  });

  it('has rows with names of their own', () => {
    expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
  });
});

describe('what the drill sends and receives', () => {
  const ANSWERS = [
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst',
    'HTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\nConnection: close\r\n\r\n\r\n\r\n',
  ].join('');

  it.each([1, 7, 64, ANSWERS.length])('finds each answer in pieces of %d bytes', (size) => {
    const answers: { status: number; closes: boolean }[] = [];
    const reader = new AnswerReader((answer: { status: number; closes: boolean }) => answers.push(answer));
    for (let from = 0; from < ANSWERS.length; from += size)
      reader.take(Buffer.from(ANSWERS.slice(from, from + size)));
    expect(answers).toEqual([
      { status: 200, closes: false },
      { status: 204, closes: false },
      { status: 503, closes: true },
    ]);
  });

  it('writes requests with the length of their bodies in bytes', () => {
    expect(headText('GET', '/x', { tenant: 'a' })).toBe(
      'GET /x HTTP/1.1\r\nHost: drill\r\ntenant: a\r\n\r\n',
    );
    expect(requestText('PUT', '/x', {}, '{"é":1}')).toBe(
      'PUT /x HTTP/1.1\r\nHost: drill\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{"é":1}',
    );
  });
});
