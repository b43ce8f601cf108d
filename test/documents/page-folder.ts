import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Provides an empty folder for the blocks of a page, in which programs of ours stand in for those that may be missing.
 */
export class PageFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'strongroom page '));
  private readonly programs = join(this.path, '.bin');

  constructor() {
    mkdirSync(this.programs);
  }

  /** Puts the programs `curl` and `psql` of ours before those of the machine. */
  withStandIns(): this {
    for (const name of ['curl', 'psql'])
      this.command(join(this.programs, name), resolve(import.meta.dirname, `${name}.js`));
    return this;
  }

  /** Creates `./admin`, the operator's command of a clone. */
  withAdmin(path = join(this.path, 'admin'), program = resolve('dist/src/cli/main.js')): this {
    this.command(path, program);
    return this;
  }

  environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const { PATH = '' } = process.env;
    return { PATH: `${this.programs}:${PATH}`, HOME: this.path, LC_ALL: 'C.UTF-8', ...more };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private command(path: string, program: string): void {
    writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
    chmodSync(path, 0o755);
  }
}
