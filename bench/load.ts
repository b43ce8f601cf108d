import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { script } from './child.js';

export interface Call {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST';
  /** `{new}` in it becomes something that was in no path before. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Calls over kept connections, each connection making some of them in an order of its own, again and again. */
export interface Load {
  /** More than one are taken in turns by the connections. */
  readonly urls: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  readonly calls: readonly Call[];
  /**
   * Open loop: calls begin at random moments, this many a second, whether or not earlier ones were answered, and are
   * timed from then. Without it each connection calls as soon as it has its answer.
   */
  readonly perSecond?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of the processor that the generator itself used for each request. */
  readonly loadMs: number;
  /** Requests without a success. */
  readonly failed: number;
}

/** @throws Error when a single request failed: a rate of refusals measures nothing */
export async function load(job: Load): Promise<LoadResult> {
  const running = promisify(execFile)(process.execPath, [script('load-generator.js')], { env: {} });
  running.child.stdin?.end(JSON.stringify(job));
  const { stdout } = await running;
  const result = JSON.parse(stdout) as LoadResult;
  if (result.failed > 0) throw new Error(`${result.failed} requests to ${job.urls.join(', ')} failed`);
  return result;
}
