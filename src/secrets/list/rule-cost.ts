import { TooCostly } from '../../common/errors.js';
import { isExact, type FilterRule } from './filter-rule.js';

/** Limits the values of all rules of a search together. */
const MOST_VALUES = 1_000;

/** Limits the values that are compared with parts of a text; each is compared with every secret. */
const MOST_PATTERNS = 50;
const MOST_PATTERN_BYTES = 16 * 1024;

/**
 * Checks that a search by these rules costs no more than one search may.
 * @throws TooCostly
 */
export function requireAffordable(rules: readonly FilterRule[]): void {
  const values = rules.flatMap((rule) => rule.values);
  if (values.length > MOST_VALUES)
    throw new TooCostly(
      `The rules of a search can have at most ${MOST_VALUES} values together; split them over several searches`,
    );
  const patterns = rules.filter(({ operator }) => !isExact(operator)).flatMap((rule) => rule.values);
  const bytes = patterns.reduce((sum, pattern) => sum + Buffer.byteLength(pattern), 0);
  if (patterns.length > MOST_PATTERNS || bytes > MOST_PATTERN_BYTES)
    throw new TooCostly(
      `The rules of a search can have at most ${MOST_PATTERNS} values, of ${MOST_PATTERN_BYTES} bytes together, with ` +
        'contains, not_contains, starts_with and ends_with; use any_of or not_any_of, or split them over several searches',
    );
}

/**
 * Returns equivalent rules with fewer comparisons: rules about the same attribute or label are combined if their operator allows
 * it, and no value occurs twice in a rule.
 */
export function combined(rules: readonly FilterRule[]): FilterRule[] {
  const result: FilterRule[] = [];
  for (const rule of rules) {
    const { operator, values } = rule;
    const place = result.findIndex(
      (other) => other.operator === operator && subjectOf(other) === subjectOf(rule),
    );
    const both = place < 0 ? undefined : valuesOfBoth(operator, result[place]?.values ?? [], values);
    if (both === undefined) result.push({ ...rule, values: [...new Set(values)] });
    else result[place] = { ...rule, values: both };
  }
  return result;
}

/** Returns what a rule is about, apart for labels and attributes. */
function subjectOf(rule: FilterRule): string {
  return 'label' in rule ? `label ${rule.label}` : rule.attribute;
}

/** Returns the values of one rule in place of two, if there is such a rule. */
function valuesOfBoth(
  operator: FilterRule['operator'],
  one: readonly string[],
  other: readonly string[],
): readonly string[] | undefined {
  const others = new Set(other);
  switch (operator) {
    case 'any_of':
      return one.filter((value) => others.has(value));
    case 'not_any_of':
    case 'not_contains':
      return [...new Set([...one, ...other])];
    case 'is_not_empty':
    case 'is_null':
    case 'is_not_null':
      return [];
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return undefined;
  }
}
