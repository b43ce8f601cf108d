/** A process of its own, so that making the load costs the measured process nothing: one job by argument, JSON out. */
import autocannon from 'autocannon';
import type { Load, LoadResult } from './load.js';

const { url, connections, seconds, headers, paths } = JSON.parse(process.argv[2] ?? '') as Load;
const result = await autocannon({
  url,
  connections,
  duration: seconds,
  headers,
  requests: paths.map((path) => ({ method: 'GET', path })),
});
const measured: LoadResult = {
  requestsPerSecond: result.requests.average,
  p50: result.latency.p50,
  p99: result.latency.p99,
  failed: result.non2xx + result.errors + result.timeouts,
};
process.stdout.write(JSON.stringify(measured));
