const LARGEST_SCHEMA = 64 * 1024;
const DEEPEST = 64;

/** Limits the objects and arrays of a schema, and thereby the schemas that it has inside. */
const MOST_NODES = 2000;

/** Returns what is wrong with the length of a schema as it was sent, if anything. */
export function schemaTextProblem(json: string): string | undefined {
  return Buffer.byteLength(json, 'utf8') > LARGEST_SCHEMA
    ? `\`schema\` is larger than ${LARGEST_SCHEMA} bytes of JSON`
    : undefined;
}

/** Returns what is wrong with the size of a schema, if anything. `SchemaValidator` judges its meaning. */
export function schemaSizeProblem(schema: object): string | undefined {
  const depth = depthProblem('`schema`', schema);
  if (depth !== undefined) return depth;
  if (nodesOf(schema) > MOST_NODES)
    return `\`schema\` has more than ${MOST_NODES} objects and arrays; make it simpler`;
  if (Buffer.byteLength(JSON.stringify(schema), 'utf8') > LARGEST_SCHEMA)
    return `\`schema\` is larger than ${LARGEST_SCHEMA} bytes of JSON`;
  return undefined;
}

/**
 * Returns what is wrong with the depth of a value, if anything. It is checked before anything recurses into the value.
 */
export function depthProblem(what: string, value: unknown): string | undefined {
  let level = [value].filter(isNode);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === DEEPEST) return `${what} nests deeper than ${DEEPEST} levels`;
    level = level.flatMap(childrenOf);
  }
  return undefined;
}

function nodesOf(schema: object): number {
  const left = [schema];
  let nodes = 0;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    nodes += 1;
    for (const child of childrenOf(next)) left.push(child);
  }
  return nodes;
}

function childrenOf(node: object): object[] {
  return (Object.values(node) as unknown[]).filter(isNode);
}

function isNode(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
