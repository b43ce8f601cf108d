import type { LabelRule } from '../labels/label-rule.js';
import { descriptionProblem } from '../secret.js';
import { nameProblem } from '../../common/names/resource-name.js';

/** Maps an attribute that rules can name to its column, and to a check of the values that are compared with it. */
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

const PARTIAL: ReadonlySet<string> = new Set(['contains', 'not_contains', 'starts_with', 'ends_with']);

/** Tells whether an operator compares whole values, which costs no more for many values. */
export function isExact(operator: FilterRule['operator']): boolean {
  return !PARTIAL.has(operator);
}

/** Holds one rule of a search about an attribute. One matching value is enough; for negated operators, none may match. */
export interface AttributeRule {
  readonly attribute: RuleAttribute;
  readonly operator: RuleOperator;
  readonly values: readonly string[];
}

/** Holds one rule of a search. */
export type FilterRule = AttributeRule | LabelRule;
