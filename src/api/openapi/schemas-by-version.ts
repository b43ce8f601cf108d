import {
  BODY_RULE,
  operationsOf,
  schemasNamedIn,
  schemasReachedFrom,
  versionInPath,
  withSchemaNames,
  type Document,
  type Operation,
  type Schema,
} from './document-parts.js';

/**
 * Gives the schemas the names that clients see, and forbids properties that are not described where the service does:
 *
 * - in answers;
 * - in the bodies of requests under version 3.1. Version 3 ignores unknown fields, so a body of both versions becomes two
 *   schemas.
 *
 * Names say no version, except those of schemas that only version 3 has: they end with `V3`.
 */
export function separateVersions(document: Document): void {
  closeAnswers(document);
  for (const [path, operation] of operationsOf(document)) {
    if (versionInPath(path) === 'v3') openBody(document, operation);
    else closeBody(document, operation);
    for (const name of schemasNamedIn(operation.requestBody))
      Object.assign(document.components.schemas[name] ?? {}, operation[BODY_RULE]);
  }
  renameSchemas(document);
}

function closeAnswers({ components: { schemas, ...others }, ...rest }: Document): void {
  const answers = operationsOf({ components: { schemas }, ...rest }).map(([, { responses }]) => responses);
  for (const name of schemasReachedFrom([answers, others], schemas)) {
    const schema = schemas[name];
    if (schema?.properties !== undefined) schema.additionalProperties = false;
  }
}

/** Gives a body of version 3 a schema of its own, which is open. */
function openBody({ components: { schemas } }: Document, operation: Operation): void {
  const names = schemasNamedIn(operation.requestBody).map((name): [string, string] => {
    const own = `${baseOf(name)}V3`;
    schemas[own] ??= structuredClone(schemas[name]) as Schema;
    return [name, own];
  });
  operation.requestBody &&= withSchemaNames(operation.requestBody, new Map(names));
}

function closeBody({ components: { schemas } }: Document, { requestBody }: Operation): void {
  for (const name of schemasNamedIn(requestBody)) {
    const schema = schemas[name];
    if (schema !== undefined) schema.additionalProperties = false;
  }
  const content = requestBody as { content?: Record<string, { schema?: Schema }> } | undefined;
  for (const { schema } of Object.values(content?.content ?? {}))
    if (schema?.properties !== undefined) schema.additionalProperties = false;
}

function renameSchemas(document: Document): void {
  const { schemas } = document.components;
  const [old, current] = [true, false].map((isOld) =>
    schemasReachedFrom(
      operationsOf(document).filter(([path]) => (versionInPath(path) === 'v3') === isOld),
      schemas,
    ),
  ) as [Set<string>, Set<string>];
  const used = schemasReachedFrom([document.paths, document.components], schemas);
  const names = new Map(
    Array.from(used, (name): [string, string] => {
      const isOldOnly = old.has(name) && !current.has(name);
      return [name, isOldOnly ? `${baseOf(name)}V3` : baseOf(name)];
    }),
  );
  if (new Set(names.values()).size < names.size) throw new Error('Two schemas have the same name');
  const named = withSchemaNames({ paths: document.paths, components: document.components }, names);
  const entries = Object.entries(named.components.schemas).filter(([name]) => used.has(name));
  named.components.schemas = Object.fromEntries(
    entries.map(([name, schema]) => [names.get(name) ?? name, schema] as const).sort(byName),
  );
  Object.assign(document, named);
}

function baseOf(name: string): string {
  return name.replace(/V31?$/, '');
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
