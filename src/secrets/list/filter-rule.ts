import { descriptionProblem } from '../secret.js';
import { nameProblem } from '../../common/resource-name.js';

/** Maps what a rule can look at to the column that holds it, and to what is wrong with a value for it, if anything. */
export const RULE_ATTRIBUTES = {
  key: { column: 's.key', problemOf: nameProblem },
  provider_name: { column: 's.provider_name', problemOf: nameProblem },
  description: { column: 's.description', problemOf: descriptionProblem },
} as const;
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

const EXACT: ReadonlySet<RuleOperator> = new Set(['any_of', 'not_any_of', 'is_not_empty']);

/** Tells whether an operator compares whole values, which takes no longer for many of them. */
export function isExact(operator: RuleOperator): boolean {
  return EXACT.has(operator);
}

/** Holds one rule of a search: one of the values is enough; the negated operators want none of them. */
export interface FilterRule {
  readonly attribute: RuleAttribute;
  readonly operator: RuleOperator;
  readonly values: readonly string[];
}
