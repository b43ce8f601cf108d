/** `npm run bench`: what a read costs, as a ratio to a yardstick measured in the same rounds. */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { load, type LoadResult } from './load.js';
import { median } from './median.js';
import { openStage, type Stage } from './stage.js';

const USAGE = `npm run bench -- [--quick] [--json FILE]

Measures GET of a secret by Basic at 64 kept connections against a bare Fastify route with one named SELECT
on a pool of 10, in turns, on a PostgreSQL of its own with durable settings.

  --quick      rounds of 4 seconds instead of 10: under two minutes
  --json FILE  writes the figures there as well
  --help       shows this
`;

const CONNECTIONS = 64;
const ROUNDS = 5;
const IDLE_MS = 5_000;

interface Round {
  readonly yardstick: LoadResult;
  readonly getBasic: LoadResult;
  readonly ratio: number;
}

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'string' }, help: { type: 'boolean' } },
});
if (options.help === true) process.stdout.write(USAGE);
else await bench(options.quick === true ? 4 : 10, options.json);

async function bench(seconds: number, file: string | undefined): Promise<void> {
  const stage = await openStage((line) => process.stderr.write(`${line}\n`));
  try {
    await sleep(IDLE_MS);
    const idle = stage.strongroom.residentMegabytes();
    await round(stage, 2);
    const rounds: Round[] = [];
    for (let number = 1; number <= ROUNDS; number += 1) {
      process.stderr.write(`Round ${number} of ${ROUNDS}\n`);
      rounds.push(await round(stage, seconds));
    }
    report(rounds, idle);
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(figures(rounds, idle), null, 2)}\n`);
  } finally {
    await stage.close();
  }
}

/** Both in turns: what else the machine does hits both. */
async function round({ strongroom, yardstick, headers, keys }: Stage, seconds: number): Promise<Round> {
  const job = { connections: CONNECTIONS, seconds, headers };
  const bare = await load({ ...job, url: yardstick.url, paths: keys.map((key) => `/secrets/${key}`) });
  const whole = await load({
    ...job,
    url: strongroom.url,
    paths: keys.map((key) => `/api/v3/secrets/${key}`),
  });
  return { yardstick: bare, getBasic: whole, ratio: whole.requestsPerSecond / bare.requestsPerSecond };
}

function figures(rounds: readonly Round[], idle: number): object {
  const ratio = median(rounds.map((each) => each.ratio));
  return { ratios: { get_basic: Number(ratio.toFixed(3)) }, idle_rss_mb: Math.round(idle), rounds };
}

function report(rounds: readonly Round[], idle: number): void {
  const ratios = rounds.map(({ ratio }) => ratio);
  const line = (name: string, results: LoadResult[]): string => {
    const of = (pick: (result: LoadResult) => number): string => median(results.map(pick)).toFixed(0);
    const rate = of((result) => result.requestsPerSecond).padStart(7);
    return `${name.padEnd(34)}${rate} requests/s   p50 ${of(({ p50 }) => p50)} ms   p99 ${of(({ p99 }) => p99)} ms`;
  };
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  const lines = [
    `Medians of ${rounds.length} rounds at ${CONNECTIONS} connections:`,
    line(
      'Yardstick: Fastify and one SELECT',
      rounds.map((each) => each.yardstick),
    ),
    line(
      'Strongroom: GET by Basic',
      rounds.map((each) => each.getBasic),
    ),
    `Ratio: ${median(ratios).toFixed(2)} (${spread})`,
    `Idle memory: ${Math.round(idle)} MiB`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
