import { isSchemaObject, SchemaReferences, type SchemaObject } from './schema-references.js';

interface Applied {
  readonly toSameValue: SchemaObject[];
  readonly toParts: SchemaObject[];
}

/** Lists the keywords whose value is a schema or an array of schemas, by what those apply to. */
const DIRECT = new Map<string, keyof Applied>([
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'].map((name) => [name, 'toSameValue'] as const),
  ...['items', 'prefixItems', 'additionalItems', 'unevaluatedItems'].map(
    (name) => [name, 'toParts'] as const,
  ),
  ...['contains', 'propertyNames'].map((name) => [name, 'toParts'] as const),
  ...['additionalProperties', 'unevaluatedProperties'].map((name) => [name, 'toParts'] as const),
]);

/** Lists the keywords whose value is an object with schemas in it. */
const BY_NAME = new Map<string, keyof Applied>([
  ...['dependentSchemas', 'dependencies'].map((name) => [name, 'toSameValue'] as const),
  ...['properties', 'patternProperties'].map((name) => [name, 'toParts'] as const),
]);

/**
 * Tells where a schema would be applied to one and the same value for ever, which JSON Schema forbids. A schema that
 * refers to itself for a part of the value, as a tree does, comes to an end with the value and is no problem.
 *
 * Follows only what is certain (see `SchemaReferences`); the rest is found out by the worker.
 */
export function circleProblem(schema: object): string | undefined {
  return hasCircle(appliedToSameValue(schema as SchemaObject))
    ? '`schema` cannot be used: its references lead in a circle'
    : undefined;
}

/** Lists, for each subschema that can come to be applied, those that then apply to the same value. */
function appliedToSameValue(schema: SchemaObject): Map<SchemaObject, SchemaObject[]> {
  const references = new SchemaReferences(schema);
  const graph = new Map<SchemaObject, SchemaObject[]>();
  const left = [schema];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (graph.has(node)) continue;
    const { toSameValue, toParts } = subschemasOf(node);
    toSameValue.push(...references.targets(node));
    graph.set(node, toSameValue);
    left.push(...toSameValue, ...toParts);
  }
  return graph;
}

function subschemasOf(node: SchemaObject): Applied {
  const applied: Applied = { toSameValue: [], toParts: [] };
  for (const [keyword, value] of Object.entries(node)) {
    const direct = DIRECT.get(keyword);
    if (direct !== undefined) applied[direct].push(...[value].flat().filter(isSchemaObject));
    const byName = BY_NAME.get(keyword);
    if (byName !== undefined) applied[byName].push(...Object.values(value ?? {}).filter(isSchemaObject));
  }
  return applied;
}

/** Takes away, time and again, what nothing leads to any more: what stays is in a circle, or behind one. */
function hasCircle(graph: ReadonlyMap<SchemaObject, readonly SchemaObject[]>): boolean {
  const incoming = new Map<SchemaObject, number>();
  for (const targets of graph.values())
    for (const target of targets) incoming.set(target, (incoming.get(target) ?? 0) + 1);
  const free = [...graph.keys()].filter((node) => !incoming.has(node));
  for (const node of free)
    for (const target of graph.get(node) ?? []) {
      const left = (incoming.get(target) ?? 0) - 1;
      incoming.set(target, left);
      if (left === 0) free.push(target);
    }
  return free.length < graph.size;
}
