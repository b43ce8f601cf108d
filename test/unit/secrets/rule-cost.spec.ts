import { describe, expect, it } from '@jest/globals';
import type { AttributeRule, FilterRule } from '../../../src/secrets/list/filter-rule.js';
import { combined } from '../../../src/secrets/list/rule-cost.js';

const rule = (operator: AttributeRule['operator'], ...values: string[]): AttributeRule => ({
  attribute: 'key',
  operator,
  values,
});

describe('combined', () => {
  it.each<[string, FilterRule[], FilterRule[]]>([
    ['any_of to what both have', [rule('any_of', 'a', 'b'), rule('any_of', 'b', 'c')], [rule('any_of', 'b')]],
    ['any_of to nothing', [rule('any_of', 'a'), rule('any_of', 'b')], [rule('any_of')]],
    [
      'the negated to all of both',
      [
        rule('not_any_of', 'a'),
        rule('not_contains', 'x'),
        rule('not_any_of', 'b', 'a'),
        rule('not_contains', 'y'),
      ],
      [rule('not_any_of', 'a', 'b'), rule('not_contains', 'x', 'y')],
    ],
    ['is_not_empty to one', [rule('is_not_empty'), rule('is_not_empty')], [rule('is_not_empty')]],
    [
      'nothing that both must match',
      [rule('contains', 'a'), rule('contains', 'b')],
      [rule('contains', 'a'), rule('contains', 'b')],
    ],
    [
      'nothing of different attributes',
      [rule('any_of', 'a'), { ...rule('any_of', 'b'), attribute: 'description' }],
      [rule('any_of', 'a'), { ...rule('any_of', 'b'), attribute: 'description' }],
    ],
    [
      'rules about one label, apart from others and from an attribute of that name',
      [
        { label: 'key', operator: 'any_of', values: ['a', 'b'] },
        rule('any_of', 'b'),
        { label: 'key', operator: 'any_of', values: ['b', 'c'] },
        { label: 'other', operator: 'any_of', values: ['b'] },
        { label: 'key', operator: 'is_null', values: [] },
        { label: 'key', operator: 'is_null', values: [] },
      ],
      [
        { label: 'key', operator: 'any_of', values: ['b'] },
        rule('any_of', 'b'),
        { label: 'other', operator: 'any_of', values: ['b'] },
        { label: 'key', operator: 'is_null', values: [] },
      ],
    ],
    ['no value twice', [rule('starts_with', 'a', 'a')], [rule('starts_with', 'a')]],
  ])('combines %s', (_name, rules, expected) => {
    expect(combined(rules)).toEqual(expected);
  });
});
