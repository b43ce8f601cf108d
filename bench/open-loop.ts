import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { chance, oneOf } from './chance.js';
import type { Load, LoadResult } from './load.js';
import { newPath } from './new-path.js';
import { percentile } from './percentile.js';
import { millisecondsSince } from './processor-time.js';

/**
 * Begins calls at random, as many independent callers would (a Poisson process), and measures each from its scheduled
 * start, so that waiting for a free connection counts. Uses Node's client, since Autocannon's own rate sends each
 * second's calls in one burst.
 */
export async function openLoop(job: Load, perSecond: number): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: job.connections, scheduling: 'fifo' });
  const times: number[] = [];
  let failed = 0;
  const usage = process.cpuUsage();
  const started = performance.now();
  const end = started + job.seconds * 1_000;
  const underway: Promise<void>[] = [];
  for (let due = started; due < end; due += (-Math.log(1 - chance()) / perSecond) * 1_000) {
    if (due > performance.now() + 1) await sleep(due - performance.now());
    const begun = due;
    const one = call(job, agent).then(
      () => void times.push(performance.now() - begun),
      () => void (failed += 1),
    );
    underway.push(one);
  }
  await Promise.all(underway);
  agent.destroy();
  times.sort((one, other) => one - other);
  const requestsPerSecond = times.length / job.seconds;
  return {
    requests: times.length,
    requestsPerSecond,
    p50: percentile(times, 50),
    p99: percentile(times, 99),
    loadMs: millisecondsSince(usage) / times.length,
    failed,
  };
}

function call({ urls, calls }: Load, agent: Agent): Promise<void> {
  const { method, path, headers, body } = oneOf(calls);
  return new Promise((resolve, reject) => {
    const sent = request(oneOf(urls) + newPath(path), { agent, method, headers }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`Answered ${response.statusCode ?? ''}`));
      });
    });
    sent.on('error', reject).end(body);
  });
}
