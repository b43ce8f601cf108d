import { Agent } from 'node:http';
import { service, type Program } from './program.js';

/** One of several processes of the service, which is killed and started again. */
export class Replica {
  readonly agent = new Agent({ keepAlive: true });
  /** Undefined while it is down. */
  url: string | undefined;
  private program: Program | undefined;

  constructor(private readonly environment: NodeJS.ProcessEnv) {}

  async start(): Promise<void> {
    this.program = service(this.environment);
    this.url = await this.program.listening();
  }

  /** Without a warning, in the middle of whatever it does. */
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
