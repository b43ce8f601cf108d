import { describe, expect, it } from '@jest/globals';
import { nearestName } from '../../../../src/common/names/nearest-name.js';
import { unknownName } from '../../../../src/common/names/unknown-name.js';

const KNOWN = [
  ...['value', 'schema', 'visibility', 'is_hidden_value', 'update_if_exists', 'description', 'creator'],
  ...['provider_name', 'provider_options'],
];

describe('nearestName', () => {
  it.each([
    ['visiblity', 'visibility'],
    ['Visibility', 'visibility'],
    ['is_hidden', 'is_hidden_value'],
    ['hidden', 'is_hidden_value'],
    ['isHiddenValue', 'is_hidden_value'],
    ['update-if-exists', 'update_if_exists'],
    ['update_if_exist', 'update_if_exists'],
    ['vlaue', 'value'],
    ['values', 'value'],
    ['provider_option', 'provider_options'],
    ['desc', 'description'],
  ])('finds that %s was meant to be %s', (name, nearest) => expect(nearestName(name, KNOWN)).toBe(nearest));

  it.each(['dry_run', 'x', '', 'owner', 'tenant_name', 'constructor', '__proto__', 'visibility'.repeat(10)])(
    'finds nothing near %j',
    (name) => expect(nearestName(name, KNOWN)).toBeUndefined(),
  );
});

describe('unknownName', () => {
  it('names the nearest, else all', () => {
    expect(unknownName('field', 'vlaue', KNOWN)).toBe('Unknown field "vlaue"; did you mean `value`?');
    expect(unknownName('field', 'x', ['a', 'b'])).toBe('Unknown field "x"; known are `a`, `b`');
    expect(unknownName('query parameter', 'x', [])).toBe(
      'Unknown query parameter "x": this request takes none',
    );
  });

  it('escapes and cuts what was sent', () => {
    expect(unknownName('field', '\u001b[31m"', [])).toContain('"\\u001b[31m\\""');
    expect(unknownName('field', 'y'.repeat(1_000_000), KNOWN).length).toBeLessThan(300);
  });
});
