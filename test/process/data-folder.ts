import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Represents a data folder of one service, in a path with a space. */
export class DataFolder {
  private readonly parent = mkdtempSync(join(tmpdir(), 'strongroom process '));
  readonly path = join(this.parent, 'data');
  readonly keyFile = join(this.path, 'root.key');
  readonly environment = { STRONGROOM_DATA_DIR: this.path };

  /** Returns the files that contain one of the texts. */
  filesWith(...texts: string[]): string[] {
    const needles = texts.map((text) => Buffer.from(text));
    return readdirSync(this.path, { recursive: true, encoding: 'utf8' })
      .map((name) => join(this.path, name))
      .filter((file) => statSync(file).isFile())
      .filter((file) => {
        const content = readFileSync(file);
        return needles.some((needle) => content.includes(needle));
      });
  }

  remove(): void {
    rmSync(this.parent, { recursive: true, force: true });
  }
}
