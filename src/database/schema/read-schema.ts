import { readFileSync } from 'node:fs';

/** Maps the variables of the schema's files to their values. */
export type SchemaVariables = Readonly<Record<string, string>>;

/**
 * Matches a variable in psql's notation: `:"name"` becomes an identifier, `:'name'` a literal. Casts and JSON do not
 * match.
 */
const VARIABLE = /(?<=[\s(,[]):(["'])([a-z_]+)\1/g;

/** Returns the text of a file in this folder, with variables not yet replaced. */
export function readSchemaFile(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

/**
 * Returns SQL with its variables replaced by quoted values.
 * @throws Error for a variable that has no value
 */
export function withVariables(sql: string, variables: SchemaVariables): string {
  return sql.replaceAll(VARIABLE, (_variable, quote: string, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`The schema's variable ${name} has no value`);
    return quote + value.replaceAll(quote, quote + quote) + quote;
  });
}
