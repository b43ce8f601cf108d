import { describe, expect, it } from '@jest/globals';
import { done, list, record, type Column } from '../../../src/cli/output/output.js';

interface Item {
  readonly name: string;
  readonly active: boolean;
  readonly note: string | null;
}

const columns: readonly Column<Item>[] = [
  ['NAME', ({ name }) => name],
  ['ACTIVE', ({ active }) => active],
  ['NOTE', ({ note }) => note],
];
const shape = { columns, id: ({ name }: Item) => name, none: 'There are none', hints: ['what next'] };

describe('a list', () => {
  const items = [
    { name: 'a', active: true, note: null },
    { name: 'a-long-name', active: false, note: 'two\nlines\u001b[31m' },
  ];

  it('is an aligned table for people, which nothing in it can break', () => {
    expect(list(items, shape).text).toBe(
      [
        'NAME         ACTIVE  NOTE',
        'a            yes     -',
        'a-long-name  no      two\\u000alines\\u001b[31m',
        '',
      ].join('\n'),
    );
  });

  it('is an array as JSON, and one id a line if quiet', () => {
    expect(list(items, shape)).toMatchObject({
      json: items,
      quiet: ['a', 'a-long-name'],
      hints: ['what next'],
    });
  });

  it('says that there are none where people see it, and prints nothing', () => {
    expect(list([], shape)).toEqual({
      json: [],
      text: '',
      quiet: [],
      hints: ['There are none', 'what next'],
    });
  });
});

it('a record is aligned fields, an object, and its id', () => {
  const json = { name: 'a', users: ['b', 'c'] };
  const fields = [
    ['Name', 'a'],
    ['Members', json.users],
  ] as const;
  expect(record(json, 'a', fields)).toEqual({
    json,
    text: 'Name:     a\nMembers:  b, c\n',
    quiet: ['a'],
    hints: [],
  });
});

it('what was done is a sentence, an object, and nothing if quiet', () => {
  expect(done('Done that', { tenant: 'a' })).toEqual({
    json: { tenant: 'a' },
    text: 'Done that\n',
    quiet: [],
    hints: [],
  });
});
