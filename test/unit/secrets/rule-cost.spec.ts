import { describe, expect, it } from '@jest/globals';
import type { FilterRule } from '../../../src/secrets/list/filter-rule.js';
import { combined } from '../../../src/secrets/list/rule-cost.js';

const rule = (operator: FilterRule['operator'], ...values: string[]): FilterRule => ({
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
    ['no value twice', [rule('starts_with', 'a', 'a')], [rule('starts_with', 'a')]],
  ])('combines %s', (_name, rules, expected) => {
    expect(combined(rules)).toEqual(expected);
  });
});
