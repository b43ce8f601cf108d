import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Separates what one block prints from what the next one prints. */
export const SEPARATOR = '\u001e';

/** Runs blocks one after the other in one `sh`, so that each finds the variables and functions of those before it. */
export class PageShell {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly ended: Promise<number | null>;
  private stdout = '';
  private stderr = '';
  private onOutput = () => {};

  constructor(
    private readonly folder: string,
    environment: NodeJS.ProcessEnv,
  ) {
    this.child = spawn('sh', ['-eu'], { cwd: folder, env: environment });
    this.child.stdin.on('error', () => {}); // A shell that ended reports itself by its exit code.
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.onOutput();
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  /**
   * Runs the lines, and returns what they print on standard output.
   * @throws Error with all that they printed, if one of them fails
   */
  async run(text: string): Promise<string> {
    const file = join(this.folder, '.block.sh');
    writeFileSync(file, text);
    this.stdout = '';
    this.stderr = '';
    const printed = new Promise<string>((resolve) => {
      this.onOutput = () => {
        if (this.stdout.endsWith(SEPARATOR)) resolve(this.stdout.slice(0, -SEPARATOR.length));
      };
    });
    this.child.stdin.write(`. '${file}' </dev/null\nprintf '\\036'\n`);
    const failed = this.ended.then((code): never => {
      throw new Error(`The block ended with ${code}:\n${text}\n${this.stdout}\n${this.stderr}`);
    });
    return Promise.race([printed, failed]);
  }

  async end(): Promise<void> {
    this.child.stdin.end();
    await this.ended;
  }
}
