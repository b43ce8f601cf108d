import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const TIMEOUT_MS = 30_000;

/** Returns the path of a built file beside this one. */
export function script(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** Runs a server in a process of its own. */
export class Child {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
    private readonly log: string,
  ) {}

  /** Starts the server on a free port and waits until `path` answers 200. Its output goes to the file `log`. */
  static async start(
    file: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    { path, log, flags = [] }: { path: string; log: string; flags?: readonly string[] },
  ): Promise<Child> {
    const port = await freePort();
    const output = openSync(log, 'w', 0o600);
    const process_ = spawn(process.execPath, [...flags, file, ...args, String(port)], {
      env: { ...environment, PORT: String(port) },
      stdio: ['ignore', output, output],
    });
    const child = new Child(process_, `http://127.0.0.1:${port}`, log);
    await child.answers(path);
    return child;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** Returns the resident memory in megabytes (10^6 bytes), from the kernel's count in units of 1,024 bytes. */
  residentMegabytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024) / 1e6;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }

  private async answers(path: string): Promise<void> {
    const deadline = Date.now() + TIMEOUT_MS;
    while (Date.now() < deadline && this.process.exitCode === null) {
      const answer = await fetch(this.url + path).catch(() => undefined);
      if (answer?.ok === true) return;
      await sleep(50);
    }
    await this.stop();
    throw new Error(`It does not answer:\n${readFileSync(this.log, 'utf8')}`);
  }
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
