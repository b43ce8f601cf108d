import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { script } from './child.js';

/** GET requests over kept connections, each connection taking the paths in turn. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Requests without a success. */
  readonly failed: number;
}

/** @throws Error when a single request failed: a rate of refusals measures nothing */
export async function load(job: Load): Promise<LoadResult> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script('load-generator.js'), JSON.stringify(job)],
    { env: {} },
  );
  const result = JSON.parse(stdout) as LoadResult;
  if (result.failed > 0) throw new Error(`${result.failed} requests to ${job.url} failed`);
  return result;
}
