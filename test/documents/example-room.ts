import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Strongroom, type As } from '../support/strongroom.js';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Holds a password that breaks any wrong quoting in an example. */
const PASSWORD = `it's $HOME: "q" \\ & %41`;

/** Provides the service, tenant and user that the examples of docs/clients.md name, and a folder to run them in. */
export class ExampleRoom {
  private constructor(
    readonly room: Strongroom,
    readonly deployer: As & { username: string; password: string },
    private readonly folder: string,
  ) {}

  static async open(): Promise<ExampleRoom> {
    const room = await Strongroom.start();
    const { tenant } = await room.tenant('payments', 'viewer');
    await room.user('deployer', PASSWORD);
    await room.join('deployer', tenant, 'user');
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-examples-'));
    writeFileSync(join(folder, '.secrets-password'), PASSWORD, { mode: 0o600 });
    const deployer = { login: `deployer:${PASSWORD}`, tenant, username: 'deployer', password: PASSWORD };
    return new ExampleRoom(room, deployer, folder);
  }

  async close(): Promise<void> {
    await this.room.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Returns the example with this service's address in place of the documented one, otherwise unchanged. */
  at(text: string): string {
    const { origin, hostname, port } = new URL(this.room.service.url);
    return text
      .replaceAll('https://strongroom.example.com', origin)
      .replaceAll('strongroom.example.com --rest-port 443 --ssl', `${hostname} --rest-port ${port}`);
  }

  /** Creates a command that runs one of our programs with Node.js and takes precedence over any other of that name. */
  installStandIn(name: string, program: string): void {
    const path = join(this.folder, name);
    writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
    chmodSync(path, 0o755);
  }

  /** Runs the lines with `sh`, which stops at the first failure. */
  shell(text: string): Promise<Ran> {
    return this.run('sh', ['-eu', '-c', this.at(text)]);
  }

  /** Runs a program in the environment that the document's first lines set up. */
  program(command: string, file: string, text: string, preparation: string): Promise<Ran> {
    writeFileSync(join(this.folder, file), text);
    return this.shell(`${preparation}\n"${command}" ${file}`);
  }

  private async run(command: string, args: readonly string[]): Promise<Ran> {
    const env = {
      PATH: `${this.folder}:${process.env.PATH ?? ''}`,
      HOME: this.folder,
      CFY_WORKDIR: this.folder,
      LC_ALL: 'C.UTF-8',
    };
    const child = spawn(command, args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }
}
