import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { arrayLiteral } from '../../src/database/array-literal.js';
import { cloneDatabase, type TestDatabase } from '../support/database.js';

describe('the text of an array', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());

  it('is read back by PostgreSQL element by element', async () => {
    const items = [
      '',
      'NULL',
      null,
      ' a ',
      '{a,b}',
      'a"b',
      '\\',
      '\\"',
      "it's",
      'a\nb',
      '\u0007é𝒂',
      '{"a": "b"}',
    ];
    const [row] = await database.asSuperuser<{ items: unknown }>('SELECT $1::text[] AS items', [
      arrayLiteral(items),
    ]);
    expect(row?.items).toEqual(items);
  });

  it('holds bytes by their hexadecimal form', async () => {
    const [row] = await database.asSuperuser<{ bytes: Buffer }>('SELECT ($1::bytea[])[1] AS bytes', [
      arrayLiteral(['\\x00ff5c22']),
    ]);
    expect(row?.bytes.toString('hex')).toBe('00ff5c22');
  });
});
