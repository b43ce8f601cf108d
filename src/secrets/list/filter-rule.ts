/** What a rule looks at, and the column that holds it. */
export const RULE_ATTRIBUTES = { key: 's.key', provider_name: 's.provider_name' } as const;
export type RuleAttribute = keyof typeof RULE_ATTRIBUTES;

export const RULE_OPERATORS = [
  'any_of',
  'not_any_of',
  'contains',
  'not_contains',
  'starts_with',
  'ends_with',
  'is_not_empty',
] as const;
export type RuleOperator = (typeof RULE_OPERATORS)[number];

/** One rule of a search: one of the values is enough, the negated operators want none of them. */
export interface FilterRule {
  readonly attribute: RuleAttribute;
  readonly operator: RuleOperator;
  readonly values: readonly string[];
}
