import { LABEL_OPERATORS } from '../../labels/label-rule.js';
import { LABEL_NAME_PATTERN, LONGEST_LABEL_NAME, LONGEST_LABEL_VALUE } from '../../labels/labels.js';
import { RULE_ATTRIBUTES, RULE_OPERATORS } from '../filter-rule.js';
import { MOST_VALUES, NAME_PATTERNS } from '../filter-rule.reader.js';

const text = { type: 'string' } as const;

const ATTRIBUTE = { type: 'attribute', key: { ...text, enum: Object.keys(RULE_ATTRIBUTES) } };
const LABEL = { type: 'label', key: { ...text, pattern: LABEL_NAME_PATTERN, maxLength: LONGEST_LABEL_NAME } };

/** Returns the schema of a rule with one of these operators. */
function ruleWith(
  { type, key }: typeof ATTRIBUTE | typeof LABEL,
  operators: readonly string[],
  values: object,
): object {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['key', 'values', 'operator', 'type'],
    properties: {
      key,
      values: { type: 'array', items: text, ...values },
      operator: { ...text, enum: operators },
      type: { ...text, enum: [type] },
    },
  };
}

/** Describes a rule of a search in the OpenAPI document. */
export const FILTER_RULE = {
  oneOf: [
    ruleWith(
      ATTRIBUTE,
      RULE_OPERATORS.filter((operator) => operator !== 'is_not_empty'),
      { minItems: 1, maxItems: MOST_VALUES },
    ),
    ruleWith(ATTRIBUTE, ['is_not_empty'], { maxItems: 0 }),
  ],
};

/** Describes a rule of a search under version 3.1. */
export const FILTER_RULE_V31 = {
  oneOf: [
    ...FILTER_RULE.oneOf,
    ruleWith(
      LABEL,
      LABEL_OPERATORS.filter((operator) => !operator.startsWith('is_')),
      { minItems: 1, maxItems: MOST_VALUES, items: { ...text, maxLength: LONGEST_LABEL_VALUE } },
    ),
    ruleWith(LABEL, ['is_null', 'is_not_null'], { maxItems: 0 }),
  ],
};

/** Describes constraints, which clients of Cloudify send in place of rules. */
export const CONSTRAINTS = {
  type: 'object' as const,
  additionalProperties: false,
  properties: {
    name_pattern: {
      type: ['object', 'null'],
      additionalProperties: false,
      properties: Object.fromEntries(Object.keys(NAME_PATTERNS).map((name) => [name, text])),
    },
    valid_values: { type: ['array', 'null'], items: text, minItems: 1, maxItems: MOST_VALUES },
  } as never,
};
