/** Implements `npm run bench`, which measures the cost of requests as ratios to yardsticks in the same rounds. */
import { writeFileSync } from 'node:fs';
import { chartOf } from './chart.js';
import { figuresOf, type Round } from './figures.js';
import { measure, type Effort, type Measurement } from './measure.js';
import { jsonOf, textOf, type Report } from './report.js';
import { seriesOf, type Series } from './series.js';
import { openStage, type Stage } from './stage.js';
import { USAGE, optionsOf, type Options } from './bench-options.js';

const CONNECTIONS = [1, 8, 64, 256];
/** Warms up the compiler, since a service runs for days and is measured as it is then. */
const WARM_UP_SECONDS = 4;
/** Limits the open loop to a rate at which neither its client nor any series is at its limit on two shared cores. */
const OPEN_LOOP_PER_SECOND = 1_000;
const OPEN_LOOP_SECONDS = 5;
const OPEN_LOOP = ['select', 'insert', 'get_basic', 'get_token', 'put'];

const options = understood(process.argv.slice(2));
if (options === undefined) process.stdout.write(USAGE);
else await bench(options);

function understood(args: readonly string[]): Options | undefined {
  try {
    return optionsOf(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nnpm run bench -- --help shows what there is\n`);
    process.exit(2);
  }
}

async function bench(options: Options): Promise<void> {
  const { quick, secrets, rounds: count } = options;
  const processes = quick ? 1 : 2;
  const stage = await openStage({ secrets, processes, progress });
  try {
    const all = seriesOf(stage);
    const series = chosen(all, options.only);
    const efforts = effortsOf(options);
    for (const one of series)
      await measure(stage, one, { processes, connections: 64, seconds: WARM_UP_SECONDS });
    const rounds: Round[] = [];
    for (let number = 1; number <= count; number += 1) {
      progress(`Round ${number} of ${count}`);
      rounds.push(await roundOf(stage, series, efforts));
    }
    const figures = figuresOf(rounds, all);
    const latencies = quick ? [] : await latenciesOf(stage, series);
    finish(options, { figures, latencies, stage }, all);
  } finally {
    await stage.close();
  }
}

/**
 * Measures all series at one number of connections before the next, so that other load on the machine affects all
 * alike.
 */
async function roundOf(
  stage: Stage,
  series: readonly Series[],
  efforts: readonly Effort[],
): Promise<Measurement[]> {
  const measured: Measurement[] = [];
  for (const effort of efforts) {
    // A yardstick has one process; with more it would be measured twice.
    const here = series.filter(({ at }) => effort.processes === 1 || at === 'strongroom');
    for (const one of here) measured.push(await measure(stage, one, effort));
  }
  return measured;
}

function effortsOf({ quick, seconds }: Options): Effort[] {
  if (quick) return [{ processes: 1, connections: 64, seconds }];
  const one = CONNECTIONS.map((connections) => ({ processes: 1, connections, seconds }));
  return [...one, ...[64, 256].map((connections) => ({ processes: 2, connections, seconds }))];
}

/** Returns the selected series and their yardsticks. */
function chosen(all: readonly Series[], names: readonly string[]): readonly Series[] {
  const included = new Set(names.flatMap((name) => [name, all.find((one) => one.name === name)?.against]));
  return all.filter(({ name }) => included.has(name));
}

async function latenciesOf(stage: Stage, series: readonly Series[]): Promise<Measurement[]> {
  const measured: Measurement[] = [];
  for (const one of series.filter(({ name }) => OPEN_LOOP.includes(name))) {
    progress(`Open loop: ${one.title}`);
    const [connections, perSecond] = [64, OPEN_LOOP_PER_SECOND];
    const effort = { processes: 1, connections, perSecond, seconds: OPEN_LOOP_SECONDS };
    measured.push(await measure(stage, one, effort));
  }
  return measured;
}

function finish(
  { secrets, rounds, json, chart }: Options,
  { stage, ...measured }: Pick<Report, 'figures' | 'latencies'> & { stage: Stage },
  series: readonly Series[],
): void {
  const { idleMegabytes } = stage;
  const loadedMegabytes = stage.strongrooms[0]?.residentMegabytes() ?? 0;
  const report: Report = { secrets, rounds, idleMegabytes, loadedMegabytes, ...measured };
  process.stdout.write(textOf(report, series));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(jsonOf(report), null, 2)}\n`);
  if (chart !== undefined) writeFileSync(chart, chartOf(report.figures, series));
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
