import { slowest } from '../slowest.js';

/** Lists shapes of a search, the costliest first: the number of rules, and of values in each. */
const SHAPES = [
  [40, 1_000],
  [1, 1_000],
  [40, 25],
  [1, 100],
  [10, 10],
  [20, 5],
  [5, 5],
  [1, 1],
];
/** Lists needles that are short, or found in every key. */
const NEEDLES = ['e', '9', 'pa', '99', 'word', 'service.', 'password', 'zzzz'];

/** Searches by the costliest rules that the service takes. */
export async function searchRules(attack) {
  const requests = SHAPES.map(([rules, values]) =>
    attack.request('POST', '/api/v3.1/searches/secrets?_size=1', { filter_rules: rulesOf(rules, values) }),
  );
  const worst = await slowest(attack, requests);
  attack.repeat(() => worst);
}

/** Searches keys by the costliest of some short texts. */
export async function searchShort(attack) {
  const requests = NEEDLES.map((needle) =>
    attack.request('GET', `/api/v3.1/secrets?_size=1000&_search=${needle}`),
  );
  const worst = await slowest(attack, requests);
  attack.repeat(() => worst);
}

function rulesOf(rules, values) {
  return Array.from({ length: rules }, (_, rule) => ({
    key: 'key',
    operator: 'not_contains',
    type: 'attribute',
    values: Array.from({ length: values }, (_, value) => `q${rule}z${value}`),
  }));
}
