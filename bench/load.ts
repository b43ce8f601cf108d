import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { script } from './child.js';

export interface Call {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST';
  /** The path; `{new}` in it is replaced by text that no path had before. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Describes calls over persistent connections. Each connection repeats some of the calls in an order of its own. */
export interface Load {
  /** The URLs, which the connections use in turn. */
  readonly urls: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  readonly calls: readonly Call[];
  /**
   * The rate of an open loop: this many calls a second begin at random moments, whether or not earlier ones were
   * answered, and are timed from then. Without it each connection calls again as soon as it has its answer.
   */
  readonly perSecond?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** The percentiles in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** The processor time of the generator for each request, in milliseconds. */
  readonly loadMs: number;
  /** The number of unsuccessful requests. */
  readonly failed: number;
}

/**
 * Runs a load in a process of its own.
 * @throws Error when any request failed, since a rate of refusals measures nothing
 */
export async function load(job: Load): Promise<LoadResult> {
  const running = promisify(execFile)(process.execPath, [script('load-generator.js')], { env: {} });
  running.child.stdin?.end(JSON.stringify(job));
  const { stdout } = await running;
  const result = JSON.parse(stdout) as LoadResult;
  if (result.failed > 0) throw new Error(`${result.failed} requests to ${job.urls.join(', ')} failed`);
  return result;
}
