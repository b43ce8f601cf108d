import { expect } from '@jest/globals';
import { runInProcess, wordsOf, type Answers, type Ran } from '../support/recorded-terminal.js';
import { Strongroom } from '../support/strongroom.js';
import { CHANGES } from './command-table.js';

export interface RecordedJson {
  readonly action: string;
  readonly key: string | null;
  readonly outcome: string;
  readonly caller: { readonly method: string };
}

/** Represents a running service, and the operator's command on its database, which runs in the test's own process. */
export class CommandRoom {
  private constructor(
    readonly room: Strongroom,
    private readonly before: NodeJS.ProcessEnv,
  ) {}

  static async start(): Promise<CommandRoom> {
    const room = await Strongroom.start();
    const before = { ...process.env };
    Object.assign(process.env, room.environment);
    return new CommandRoom(room, before);
  }

  async stop(): Promise<void> {
    for (const name of Object.keys(this.room.environment)) this.restore(name, this.before[name]);
    await this.room.stop();
  }

  run(line: string, answers?: Answers): Promise<Ran> {
    return runInProcess(wordsOf(line), answers);
  }

  /** Runs a command that has to succeed, and returns its document. */
  async json<T = unknown>(line: string): Promise<T> {
    const { code, stdout } = await this.run(`${line} --json`);
    expect([line, code]).toEqual([line, 0]);
    return JSON.parse(stdout) as T;
  }

  /** Runs a command with another value of a variable. */
  async runWith(name: string, value: string, line: string): Promise<Ran> {
    const before = process.env[name];
    process.env[name] = value;
    try {
      return await this.run(line);
    } finally {
      this.restore(name, before);
    }
  }

  /** Makes the tenants, users and groups of the table. */
  async makeAll(): Promise<void> {
    for (const [line, , , answers] of CHANGES)
      expect([line, (await this.run(line, answers)).code]).toEqual([line, 0]);
  }

  /** Returns what the last event says that is no look at the trail. */
  async lastEvent(): Promise<string> {
    const [row] = await this.room.database.asSuperuser<{ body: string }>(
      "SELECT body FROM audit_events WHERE action NOT LIKE 'event.%' ORDER BY at DESC, id DESC LIMIT 1",
    );
    const { action, key, outcome, caller } = JSON.parse(row?.body ?? '') as RecordedJson;
    return `${action} ${key} ${outcome} ${caller.method}`;
  }

  private restore(name: string, value: string | undefined): void {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}
