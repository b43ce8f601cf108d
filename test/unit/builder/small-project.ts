import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

const REPOSITORY = join(import.meta.dirname, '../../..');
const BUILDER = join(REPOSITORY, 'bin/builder/ensure-built.js');

/** Represents a folder with the repository's builder and configuration, and a few sources of its own. */
export class SmallProject {
  readonly root = mkdtempSync(join(tmpdir(), 'strongroom builder '));
  readonly dist = join(this.root, 'dist');

  constructor() {
    cpSync(join(REPOSITORY, 'bin'), join(this.root, 'bin'), { recursive: true });
    for (const file of ['package.json', 'nest-cli.json', 'tsconfig.build.json'])
      cpSync(join(REPOSITORY, file), join(this.root, file));
    this.write('src/main.ts', `export const answer: number = 42;\n`);
    this.write('src/schema/table.sql', 'SELECT 1;\n');
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** Starts a build in a process of its own. */
  start(): ChildProcess {
    const program = `
      const { ensureBuilt } = await import(${JSON.stringify(BUILDER)});
      process.stdout.write(String(await ensureBuilt({ root: ${JSON.stringify(this.root)} })));`;
    return spawn(process.execPath, ['--input-type=module', '--eval', program]);
  }

  /** Builds in a process of its own, and returns what `ensureBuilt` returned. */
  async buildApart(): Promise<string> {
    const child = this.start();
    const [out, error] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
    return out + error;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
