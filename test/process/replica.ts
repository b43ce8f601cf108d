import { Agent } from 'node:http';
import { service, type Program } from './program.js';

/** Represents one of several processes of the service, which is killed and restarted. */
export class Replica {
  readonly agent = new Agent({ keepAlive: true });
  /** The URL; undefined while the process is down. */
  url: string | undefined;
  private program: Program | undefined;

  constructor(private readonly environment: NodeJS.ProcessEnv) {}

  async start(): Promise<void> {
    this.program = service(this.environment);
    this.url = await this.program.listening();
  }

  /** Kills the process without warning. */
  async kill(): Promise<void> {
    this.program?.signal('SIGKILL');
    this.url = undefined;
    await this.program?.ended;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.program?.stop();
  }
}
