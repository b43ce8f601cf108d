import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killAtExit } from './at-exit.js';

const TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const PROBE_MS = 3_000;
/** Are the flags of the start script and the image. */
const FLAGS = ['--max-semi-space-size=32'];

/** Runs a replica of the service, as a process of its own, which may be stopped, killed and started again. */
export class Replica {
  /** The folder of the built program, which an upgrade changes. */
  dist;
  #child;

  constructor({ name, dist, host, port, metricsPort, environment, folder }) {
    Object.assign(this, {
      name,
      dist,
      host,
      port,
      metricsPort,
      environment,
      log: join(folder, `${name}.log`),
    });
  }

  get url() {
    return `http://${this.host}:${this.port}`;
  }

  get pid() {
    return this.#child?.pid;
  }

  /** Tells whether the process runs. */
  get isRunning() {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async start() {
    const { PATH, HOME } = process.env;
    const log = openSync(this.log, 'a', 0o600);
    const env = { PATH, HOME, ...this.environment, HOST: this.host, PORT: String(this.port) };
    const args = [...FLAGS, join(this.dist, 'src/main.js')];
    this.#child = spawn(process.execPath, args, { env, stdio: ['ignore', log, log] });
    closeSync(log);
    killAtExit(this.#child);
    const deadline = performance.now() + TIMEOUT_MS;
    while (performance.now() < deadline && this.isRunning) {
      if ((await this.ready()) === 200) return;
      await sleep(POLL_MS);
    }
    throw new Error(`${this.name} does not become ready:\n${this.logSince(0).slice(-2_000)}`);
  }

  /** Stops the process as an orchestrator does, and returns its exit code. */
  stop() {
    return this.#end('SIGTERM');
  }

  /** Stops the process, and starts it with a program. */
  async restart(dist = this.dist) {
    const code = await this.stop();
    if (code !== 0) throw new Error(`${this.name} ended with ${code}`);
    this.dist = dist;
    await this.start();
  }

  kill() {
    return this.#end('SIGKILL');
  }

  /** Returns the status of /health/ready; 0 without an answer. */
  async ready() {
    try {
      const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(PROBE_MS) });
      await answer.text();
      return answer.status;
    } catch {
      return 0;
    }
  }

  /** Returns the size of the log, for `logSince`. */
  logSize() {
    return statSync(this.log, { throwIfNoEntry: false })?.size ?? 0;
  }

  logSince(size) {
    return readFileSync(this.log).subarray(size).toString();
  }

  async #end(signal) {
    if (!this.isRunning) return this.#child?.exitCode ?? 0;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    const [code] = await ended;
    return code;
  }
}
