import { readFileSync } from 'node:fs';

/** What stands for the variables of the schema's files, by name. */
export type SchemaVariables = Readonly<Record<string, string>>;

/** A variable in the notation of psql: `:"name"` becomes an identifier, `:'name'` a literal. Casts and JSON hold none. */
const VARIABLE = /(?<=[\s(,[]):(["'])([a-z_]+)\1/g;

/** Returns the text of a file of this folder, its variables not yet replaced. */
export function readSchemaFile(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

/**
 * Returns SQL with its variables replaced, quoted.
 * @throws Error for a variable that has no value
 */
export function withVariables(sql: string, variables: SchemaVariables): string {
  return sql.replaceAll(VARIABLE, (_variable, quote: string, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`The schema's variable ${name} has no value`);
    return quote + value.replaceAll(quote, quote + quote) + quote;
  });
}
