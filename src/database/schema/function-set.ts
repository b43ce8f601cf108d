import { readSchemaFile } from './read-schema.js';
import { FUNCTIONS, FUNCTIONS_NUMBER } from './schema-files.js';

/** All functions of a version of the program. */
export interface FunctionSet {
  readonly number: number;
  /** The file of each function, by its name, in the order of installation; variables not yet replaced. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Returns the functions of this program. */
export function programFunctions(): FunctionSet {
  const texts = new Map(FUNCTIONS.map((name) => [name, readSchemaFile(`functions/${name}.sql`)]));
  return { number: FUNCTIONS_NUMBER, texts };
}
