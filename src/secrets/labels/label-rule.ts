/** Lists the operators of rules about labels, which are those that Cloudify has for them. */
export const LABEL_OPERATORS = ['any_of', 'not_any_of', 'is_null', 'is_not_null'] as const;
type LabelOperator = (typeof LABEL_OPERATORS)[number];

/** Holds one rule of a search about the label of a name. One matching value is enough; `not_any_of` allows none. */
export interface LabelRule {
  readonly label: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** Holds a name and the value that a label of that name must have. */
export type LabelPair = readonly [name: string, value: string];

/** Returns the JSON of a label, as statements compare it. */
export function pairJson(pairs: readonly LabelPair[]): string {
  return JSON.stringify(Object.fromEntries(pairs));
}
