import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';

/** Starts the server, reports the result, and stops it on request; ends with the test at the latest. */
const PROGRAM = `
  const [launcher, dataDir] = process.argv.slice(1);
  process.on('disconnect', () => process.exit());
  const { startEmbeddedPostgres } = await import(launcher);
  try {
    const server = await startEmbeddedPostgres({ dataDir });
    process.on('message', async () => {
      await server.stop();
      process.send({ stopped: true });
    });
    process.send({ joined: server.joined, url: server.url('postgres', 'postgres') });
  } catch (error) {
    process.send({ error: error.message });
  }
`;

export interface Started {
  readonly joined: boolean;
  readonly url: string;
}

type Report = Started | { readonly error: string };

/** Runs a process that starts, or joins, the embedded server. */
export class Starter {
  private readonly child: ChildProcess;
  private readonly report: Promise<Report>;
  private readonly ended: Promise<unknown>;

  constructor(launcher: string, dataDir: string) {
    const args = ['--input-type=module', '-e', PROGRAM, pathToFileURL(launcher).href, dataDir];
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.ended = once(this.child, 'exit');
    this.report = Promise.race([
      once(this.child, 'message').then(([message]) => message as Report),
      this.ended.then(() => ({ error: 'The starter ended before it had started anything' })),
    ]);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /**
   * Waits for the result of the start.
   * @throws Error with the launcher's message when it failed
   */
  async started(): Promise<Started> {
    const report = await this.report;
    if ('error' in report) throw new Error(report.error);
    return report;
  }

  /** Calls the launcher's stop; the process continues. */
  async stop(): Promise<void> {
    const answer = once(this.child, 'message');
    this.child.send('stop');
    await answer;
  }

  /** Kills the process with SIGKILL; the server is not informed. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
