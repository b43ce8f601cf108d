import { basename } from 'node:path';
import { readSchemaFile } from './read-schema.js';
import { FUNCTIONS, FUNCTIONS_NUMBER } from './schema-files.js';

/** Holds all functions of a version of the program. */
export interface FunctionSet {
  readonly number: number;
  /** The text of each function by its name, in the order of installation, with variables not yet replaced. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Returns the functions of this program. */
export function programFunctions(): FunctionSet {
  const texts = FUNCTIONS.map((path) => [basename(path), readSchemaFile(`functions/${path}.sql`)] as const);
  return { number: FUNCTIONS_NUMBER, texts: new Map(texts) };
}
