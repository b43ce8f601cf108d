import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { until } from '../support/until.js';

const DIST = join(import.meta.dirname, '../../dist/src');
const TIMEOUT_MS = 120_000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a built program as a user would, with only the given environment. */
export class Program {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;

  /**
   * @param file the program below `dist/src`, or an absolute path of another
   * @param nodeOptions options of Node.js that it does not take from NODE_OPTIONS
   */
  constructor(
    file: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
    nodeOptions: readonly string[] = [],
  ) {
    const { PATH, HOME } = process.env;
    this.child = spawn(process.execPath, [...nodeOptions, resolve(DIST, file), ...args], {
      env: { PATH, HOME, ...environment },
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /**
   * Returns the output up to the last line of a start.
   * @throws Error when the program ends before that
   */
  async listening(): Promise<string> {
    const deadline = Date.now() + TIMEOUT_MS;
    const found = () => /Strongroom listens on ([^\s"]+)/.exec(this.stdout + this.stderr)?.[1];
    while (found() === undefined) {
      if (this.child.exitCode !== null || Date.now() > deadline)
        throw new Error(`It does not listen:\n${this.stdout}\n${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return found()!;
  }

  /** Waits until the program reports that it is draining. */
  async draining(): Promise<void> {
    await until(() => this.stderr.includes(': draining') || !this.running);
    if (!this.stderr.includes(': draining')) throw new Error(`It ended without draining:\n${this.stderr}`);
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Returns the resident memory, as the kernel counts it. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    if (this.running) this.signal(signal);
    return this.ended;
  }

  /** Closes the pipes that the program writes to, as `head` does when it ends. */
  stopReading(): this {
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
    return this;
  }

  type(text: string): this {
    this.child.stdin?.end(text);
    return this;
  }
}

export function service(environment: NodeJS.ProcessEnv, nodeOptions: readonly string[] = []): Program {
  const defaults = { PORT: '0', STRONGROOM_DRAIN_MS: '0' };
  return new Program('main.js', [], { ...defaults, ...environment }, nodeOptions);
}

/** Runs `strongroom-admin` until it ends. */
export function strongroomAdmin(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  input = '',
): Promise<Ended> {
  return new Program('cli/main.js', args, environment).type(input).ended;
}
