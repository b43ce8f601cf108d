import { closeSync, openSync } from 'node:fs';

/**
 * Returns what the command line asks for. Ends the process for help, and for options that are wrong.
 * @param name the name of the npm script
 * @param parse returns the options, and undefined if only the usage is wanted
 */
export function askedFor(name, usage, parse) {
  let options;
  try {
    options = parse(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error.message}\nnpm run ${name} -- --help shows what there is\n`);
    process.exit(2);
  }
  if (options !== undefined) return options;
  process.stdout.write(usage);
  process.exit(0);
}

/** Runs a drill whose `drill` returns whether all went well, and sets the exit code. A line says what is missing. */
export async function runDrill(drill) {
  try {
    process.exitCode = (await drill()) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
  // Children of the drill are ended at the exit.
  process.exit();
}

/** Returns a number that is given as a text. */
export function wholeNumber(name, text, least = 1) {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : least - 1;
  if (number < least) throw new Error(`--${name} must be a whole number of at least ${least}`);
  return number;
}

/**
 * Returns the rows whose names are given, separated by commas; all if none is given.
 * @template {{ name: string }} R
 * @param {string} what
 * @param {string | undefined} only
 * @param {R[]} rows
 */
export function chosen(what, only, rows) {
  if (only === undefined) return rows;
  const all = rows.map(({ name }) => name);
  const names = only.split(',');
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no ${what} "${unknown}": it is one of ${all.join(', ')}`);
  return rows.filter(({ name }) => names.includes(name));
}

/** Returns the one of `values` that is given. */
export function oneOf(name, text, values) {
  if (!values.includes(text)) throw new Error(`--${name} must be ${values.join(' or ')}`);
  return text;
}

/** Checks that the file can be written, before minutes of measuring are lost. */
export function writable(name, file) {
  if (file === undefined) return undefined;
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new Error(`--${name} cannot be written: ${error.message}`);
  }
  return file;
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}
