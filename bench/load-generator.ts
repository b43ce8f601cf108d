/**
 * Generates load in a process of its own, which costs the measured process nothing. Reads one job from its input and
 * writes JSON.
 */
import { text } from 'node:stream/consumers';
import autocannon, { type Request } from 'autocannon';
import { oneOf } from './chance.js';
import { newPath } from './new-path.js';
import { openLoop } from './open-loop.js';
import { percentile } from './percentile.js';
import { millisecondsSince } from './processor-time.js';
import type { Call, Load, LoadResult } from './load.js';

const CALLS_OF_A_CONNECTION = 50;

const job = JSON.parse(await text(process.stdin)) as Load;
const result = job.perSecond === undefined ? await closedLoop(job) : await openLoop(job, job.perSecond);
process.stdout.write(JSON.stringify(result));

async function closedLoop({ urls, connections, seconds, calls }: Load): Promise<LoadResult> {
  const times: number[] = [];
  const running = autocannon({
    url: urls.length === 1 ? (urls[0] ?? '') : urls,
    connections,
    duration: seconds,
    setupClient: (client) => client.setRequests(someOf(calls).map(toRequest)),
  });
  const usage = process.cpuUsage();
  running.on('response', (_client, _status, _bytes, milliseconds) => times.push(milliseconds));
  const { requests, non2xx, errors, timeouts } = await running;
  const loadMs = millisecondsSince(usage) / requests.total;
  times.sort((one, other) => one - other);
  return {
    requests: requests.total,
    requestsPerSecond: requests.average,
    p50: percentile(times, 50),
    p99: percentile(times, 99),
    loadMs,
    failed: non2xx + errors + timeouts,
  };
}

function someOf(calls: readonly Call[]): Call[] {
  return Array.from({ length: CALLS_OF_A_CONNECTION }, () => oneOf(calls));
}

function toRequest(call: Call): Request {
  const { path } = call;
  if (!path.includes('{new}')) return call;
  return { ...call, setupRequest: (request) => ({ ...request, path: newPath(path) }) };
}
