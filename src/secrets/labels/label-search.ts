import type { EntityManager } from 'typeorm';
import type { FilterRule } from '../list/filter-rule.js';
import type { ListOptions } from '../list/list-options.js';
import { findByIndex, FOUND_NOTHING, type FoundSecrets } from '../list/found-secrets.js';
import type { ListScope } from '../list/list-scope.js';
import { pairJson, type LabelPair, type LabelRule } from './label-rule.js';

/** Says what a secret has that a search finds: all labels of one of these, and a label of each of the names. */
interface LabelQuestion {
  readonly alternatives: readonly (readonly LabelPair[])[];
  readonly names: readonly string[];
}

const FIND = `
  SELECT own.tenant_ids AS "ownTenants", own.ids AS "ownIds", other.tenant_ids AS "otherTenants", other.ids AS "otherIds"
  FROM search_secret_labels($1, $2, $3, $4::text[]::jsonb[], $5, $6, false) AS own,
       search_secret_labels($1, $2, $3, $4::text[]::jsonb[], $5, $6, true) AS other`;

/** Finds secrets by an index on their labels; finds nothing if the list asks for no label that it must have. */
export async function findByLabels(
  manager: EntityManager,
  scope: ListScope,
  options: ListOptions,
): Promise<FoundSecrets> {
  const question = questionOf(options);
  if (question === undefined) return FOUND_NOTHING;
  const parameters = [question.alternatives.map(pairJson), question.names];
  return findByIndex(manager, scope, { statement: FIND, parameters, by: 'labels' });
}

/** Tells whether a list is found by labels. */
export function asksForLabels(options: ListOptions): boolean {
  return questionOf(options) !== undefined;
}

/** Takes as alternatives the values of the rule that has the fewest; the statement of the page compares the others. */
function questionOf({ labels, rules = [] }: ListOptions): LabelQuestion | undefined {
  const required = rules.filter(isRequired);
  const [fewest] = required
    .filter(({ operator }) => operator === 'any_of')
    .sort((one, other) => one.values.length - other.values.length);
  const names = required.filter((rule) => rule !== fewest).map(({ label }) => label);
  if (labels.length === 0 && fewest === undefined && names.length === 0) return undefined;
  const chosen: readonly (readonly LabelPair[])[] =
    fewest === undefined ? [[]] : fewest.values.map((value): LabelPair[] => [[fewest.label, value]]);
  const alternatives = chosen.map((pairs) => [...labels, ...pairs]).filter(isPossible);
  return { alternatives, names };
}

/** Tells whether one secret can have all of these labels: it has one value for each name. */
function isPossible(pairs: readonly LabelPair[]): boolean {
  return pairs.every(([name, value]) =>
    pairs.every(([other, otherValue]) => other !== name || otherValue === value),
  );
}

function isRequired(rule: FilterRule): rule is LabelRule {
  return 'label' in rule && (rule.operator === 'any_of' || rule.operator === 'is_not_null');
}
