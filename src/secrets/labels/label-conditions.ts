import { pairJson, type LabelPair, type LabelRule } from './label-rule.js';

/** Adds a value to those of the statement and returns its parameter. */
type AddValue = (value: unknown) => string;

/** Returns the condition that a secret has all of these labels, as SQL. */
export function labelCondition(labels: readonly LabelPair[], add: AddValue): string {
  return `s.labels @> ALL (${add(labels.map((pair) => pairJson([pair])))}::text[]::jsonb[])`;
}

/** Returns a rule about a label as SQL. */
export function labelRuleCondition({ label, operator, values }: LabelRule, add: AddValue): string {
  const name = `${add(label)}::text`;
  switch (operator) {
    case 'any_of':
      return `s.labels ->> ${name} = ANY (${add(values)}::text[])`;
    case 'not_any_of':
      return `NOT coalesce(s.labels ->> ${name} = ANY (${add(values)}::text[]), false)`;
    case 'is_null':
      return `NOT s.labels ? ${name}`;
    case 'is_not_null':
      return `s.labels ? ${name}`;
  }
}
