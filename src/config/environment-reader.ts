import { readFileSync } from 'node:fs';
import { StartupError } from '../common/startup-error.js';
import { variables, type Variable } from './variables.js';

/** Reads variables; an empty one counts as not set. */
export class EnvironmentReader {
  constructor(private readonly environment: NodeJS.ProcessEnv) {}

  /** The variable's text, or that of the file that `<name>_FILE` names, or its default. */
  text({ name, secret, default: fallback }: Variable): string | undefined {
    const given = this.given(name);
    const path = secret ? this.given(`${name}_FILE`) : undefined;
    if (path === undefined) return given ?? fallback;
    if (given !== undefined)
      throw new StartupError(`${name} and ${name}_FILE are both set: give one of them`);
    return fileText(`${name}_FILE`, path);
  }

  /** A whole number written in digits; NaN otherwise, for the validation to refuse. */
  number(variable: Variable): number {
    const text = this.text(variable) ?? '';
    return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  }

  /** @throws StartupError for a STRONGROOM_ name that the service does not know: a slip would be silent otherwise */
  refuseUnknown(): void {
    const known = Object.values(variables).flatMap(({ name, secret }) =>
      secret ? [name, `${name}_FILE`] : [name],
    );
    const unknown = Object.keys(this.environment).find(
      (name) => name.startsWith('STRONGROOM_') && !known.includes(name),
    );
    if (unknown === undefined) return;
    const nearest = known.toSorted((one, other) => distance(one, unknown) - distance(other, unknown))[0];
    throw new StartupError(`${unknown} is not a variable of Strongroom; did you mean ${nearest ?? ''}?`);
  }

  private given(name: string): string | undefined {
    const text = this.environment[name];
    return text === '' ? undefined : text;
  }
}

function fileText(name: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new StartupError(
      `${name}: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
  if (text === '') throw new StartupError(`${name}: ${path} is empty`);
  return text;
}

/** Levenshtein's distance. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, character] of Array.from(one).entries()) {
    const next = [index + 1];
    for (let column = 1; column <= other.length; column += 1) {
      const cost = character === other[column - 1] ? 0 : 1;
      next.push(Math.min((next[column - 1] ?? 0) + 1, (row[column] ?? 0) + 1, (row[column - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
