import { readFileSync } from 'node:fs';
import { printable } from '../common/printable.js';
import { secretTextOf, type SecretForm } from '../common/passwords/secret-text.js';
import type { Variable } from './variables.js';

/** Reads variables; an empty one counts as not set. Problems are collected, so that all are reported at once. */
export class EnvironmentReader {
  readonly problems: string[] = [];

  constructor(private readonly environment: NodeJS.ProcessEnv = process.env) {}

  /** Returns the variable's text, or that of the file that `<name>_FILE` names, or its default. */
  text({ name, secret, default: fallback }: Variable): string | undefined {
    const given = this.given(name);
    if (secret === undefined) return given ?? fallback;
    const path = this.given(`${name}_FILE`);
    if (path === undefined) return given && this.secretText(name, Buffer.from(given), secret);
    if (given === undefined) return this.fileText(`${name}_FILE`, path, secret);
    this.problems.push(`${name} and ${name}_FILE are both set: give one of them`);
    return undefined;
  }

  /** Returns a whole number written in digits, or NaN, which validation refuses. */
  number(variable: Variable): number {
    const text = this.text(variable) ?? '';
    return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  }

  /** Returns a number as `number` does; undefined where the text is empty. */
  optionalNumber(variable: Variable): number | undefined {
    return (this.text(variable) ?? '') === '' ? undefined : this.number(variable);
  }

  private given(name: string): string | undefined {
    const text = this.environment[name];
    return text === '' ? undefined : text;
  }

  private fileText(name: string, path: string, form: SecretForm): string | undefined {
    const shown = printable(path, 256);
    try {
      return this.secretText(`${name}: ${shown}`, readFileSync(path), form);
    } catch (error) {
      const { code = 'error' } = error as NodeJS.ErrnoException;
      this.problems.push(`${name}: cannot read ${shown} (${code})`);
      return undefined;
    }
  }

  private secretText(source: string, bytes: Buffer, form: SecretForm): string | undefined {
    const read = secretTextOf(bytes, form);
    if ('text' in read) return read.text;
    this.problems.push(`${source} ${read.problem}`);
    return undefined;
  }
}
