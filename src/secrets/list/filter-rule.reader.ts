import { kindOf } from '../../api/input/what-came.js';
import { BadParameters } from '../../common/errors.js';
import { mustBeOneOf } from '../../common/names/one-of.js';
import { unknownName } from '../../common/names/unknown-name.js';
import { LABEL_OPERATORS } from '../labels/label-rule.js';
import { labelNameProblem, labelValueProblem } from '../labels/labels.js';
import {
  RULE_ATTRIBUTES,
  RULE_OPERATORS,
  type FilterRule,
  type RuleAttribute,
  type RuleOperator,
} from './filter-rule.js';
import { InvalidFilterRule } from './filter-rule-errors.js';

export const MOST_RULES = 100;
export const MOST_VALUES = 1_000;
export const RULE_TYPES = ['attribute', 'label'] as const;
type RuleType = (typeof RULE_TYPES)[number];
const MEMBERS = ['key', 'values', 'operator', 'type'];
const CONSTRAINTS = ['name_pattern', 'valid_values'];

const WITHOUT_VALUES: readonly string[] = ['is_not_empty', 'is_null', 'is_not_null'];

/** Maps constraints on the name to operators of rules. */
export const NAME_PATTERNS: Readonly<Record<string, RuleOperator>> = {
  contains: 'contains',
  starts_with: 'starts_with',
  ends_with: 'ends_with',
  equals_to: 'any_of',
};

/**
 * Reads the rules that a client has written.
 * @param types the types of rules that there are; those of version 3 are about attributes
 * @throws InvalidFilterRule for the first that is not valid
 * @throws BadParameters where there are too many
 */
export function readRules(rules: readonly unknown[], types: readonly RuleType[]): FilterRule[] {
  if (rules.length > MOST_RULES)
    throw new BadParameters(`\`filter_rules\` can be at most ${MOST_RULES} rules; ${rules.length} came`);
  return rules.map((rule) => readRule(rule, types));
}

/**
 * Returns the rules that constraints stand for, which are another way to write rules about the key.
 * @throws BadParameters for constraints that there are not
 * @throws InvalidFilterRule for values that no key has
 */
export function rulesOfConstraints(constraints: Readonly<Record<string, unknown>>): FilterRule[] {
  const unknown = Object.keys(constraints).find((name) => !CONSTRAINTS.includes(name));
  if (unknown !== undefined)
    throw new BadParameters(`\`constraints\`: ${unknownName('field', unknown, CONSTRAINTS)}`);
  const { name_pattern: pattern, valid_values: values } = constraints;
  return [
    ...(isGiven(pattern) ? rulesOfPattern(pattern) : []),
    ...(isGiven(values) ? [keyRule('any_of', valuesOf(values))] : []),
  ];
}

function rulesOfPattern(pattern: unknown): FilterRule[] {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern))
    throw new BadParameters('`constraints`: `name_pattern` must be an object; ' + `${kindOf(pattern)} came`);
  return Object.entries(pattern).map(([name, text]) => {
    const operator = Object.hasOwn(NAME_PATTERNS, name) ? NAME_PATTERNS[name] : undefined;
    if (operator === undefined)
      throw new BadParameters(
        `\`constraints\`: \`name_pattern\`: ${unknownName('field', name, Object.keys(NAME_PATTERNS))}`,
      );
    if (typeof text !== 'string')
      throw new BadParameters(
        `\`constraints\`: \`name_pattern\`: \`${name}\` must be a string; ${kindOf(text)} came`,
      );
    return keyRule(operator, [text]);
  });
}

function valuesOf(values: unknown): unknown[] {
  if (!Array.isArray(values))
    throw new BadParameters(
      `\`constraints\`: \`valid_values\` must be an array of strings; ${kindOf(values)} came`,
    );
  return values;
}

function keyRule(operator: RuleOperator, values: unknown[]): FilterRule {
  return readRule({ key: 'key', values, operator, type: 'attribute' }, ['attribute']);
}

function readRule(rule: unknown, types: readonly RuleType[]): FilterRule {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule))
    throw new InvalidFilterRule(rule, `it must be an object; ${kindOf(rule)} came`);
  const { type } = rule as Record<string, unknown>;
  const members = Object.keys(rule);
  const unknown = members.find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) throw new InvalidFilterRule(rule, unknownName('field', unknown, MEMBERS));
  if (members.length !== MEMBERS.length || !MEMBERS.every((name) => members.includes(name)))
    throw new InvalidFilterRule(rule, missingMembers(members));
  const known = types.find((name) => name === type);
  if (known === undefined) throw new InvalidFilterRule(rule, `\`type\` ${typeRule(types, type)}`);
  return known === 'label' ? readLabelRule(rule) : readAttributeRule(rule);
}

function typeRule(types: readonly RuleType[], type: unknown): string {
  return types.length === 1 ? `must be ${types.join()}` : mustBeOneOf(types, type);
}

function readAttributeRule(rule: object): FilterRule {
  const { key, values, operator } = rule as Record<string, unknown>;
  const attribute = typeof key === 'string' ? key.toLowerCase() : '';
  if (!Object.hasOwn(RULE_ATTRIBUTES, attribute))
    throw new InvalidFilterRule(rule, `\`key\` ${mustBeOneOf(Object.keys(RULE_ATTRIBUTES), key)}`);
  const known = RULE_OPERATORS.find((name) => name === operator);
  if (known === undefined)
    throw new InvalidFilterRule(rule, `\`operator\` ${mustBeOneOf(RULE_OPERATORS, operator)}`);
  const problem = problemOfValues(values, known, RULE_ATTRIBUTES[attribute as RuleAttribute].problemOf);
  if (problem !== undefined) throw new InvalidFilterRule(rule, problem);
  return { attribute: attribute as RuleAttribute, operator: known, values: values as string[] };
}

function readLabelRule(rule: object): FilterRule {
  const { key, values, operator } = rule as Record<string, unknown>;
  const ofName = typeof key === 'string' ? labelNameProblem(key) : 'must be a string';
  if (ofName !== undefined) throw new InvalidFilterRule(rule, `\`key\` ${ofName}`);
  const known = LABEL_OPERATORS.find((name) => name === operator);
  if (known === undefined)
    throw new InvalidFilterRule(rule, `\`operator\` ${mustBeOneOf(LABEL_OPERATORS, operator)}`);
  const problem = problemOfValues(values, known, labelValueProblem);
  if (problem !== undefined) throw new InvalidFilterRule(rule, problem);
  return { label: key as string, operator: known, values: values as string[] };
}

function missingMembers(members: readonly string[]): string {
  const missing = MEMBERS.filter((name) => !members.includes(name));
  return `it must have exactly ${MEMBERS.join(', ')}; ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
}

function problemOfValues(
  values: unknown,
  operator: FilterRule['operator'],
  problemOf: (value: string) => string | undefined,
): string | undefined {
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string'))
    return '`values` must be an array of strings';
  if (WITHOUT_VALUES.includes(operator))
    return values.length > 0 ? `\`values\` must be empty with ${operator}` : undefined;
  if (values.length === 0) return '`values` must not be empty';
  if (values.length > MOST_VALUES) return `\`values\` can be at most ${MOST_VALUES}; ${values.length} came`;
  const problem = values.map(problemOf).find((each) => each !== undefined);
  return problem === undefined ? undefined : `a value ${problem}`;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
