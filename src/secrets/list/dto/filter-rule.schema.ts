import { RULE_ATTRIBUTES, RULE_OPERATORS } from '../filter-rule.js';
import { MOST_VALUES, NAME_PATTERNS } from '../filter-rule.reader.js';

const text = { type: 'string' } as const;

/** Returns the schema of a rule with one of these operators. */
function ruleWith(operators: readonly string[], values: object): object {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['key', 'values', 'operator', 'type'],
    properties: {
      key: { ...text, enum: Object.keys(RULE_ATTRIBUTES) },
      values: { type: 'array', items: text, ...values },
      operator: { ...text, enum: operators },
      type: { ...text, enum: ['attribute'] },
    },
  };
}

/** Describes a rule of a search in the OpenAPI document. */
export const FILTER_RULE = {
  oneOf: [
    ruleWith(
      RULE_OPERATORS.filter((operator) => operator !== 'is_not_empty'),
      { minItems: 1, maxItems: MOST_VALUES },
    ),
    ruleWith(['is_not_empty'], { maxItems: 0 }),
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
