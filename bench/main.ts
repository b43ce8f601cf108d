/** `npm run bench`: what requests cost, as ratios to yardsticks measured in the same rounds. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chartOf } from './chart.js';
import { figuresOf, type Round } from './figures.js';
import { measure, type Effort, type Measurement } from './measure.js';
import { jsonOf, textOf, type Report } from './report.js';
import { QUICK, seriesOf, type Series } from './series.js';
import { openStage, type Stage } from './stage.js';

const USAGE = `npm run bench -- [--quick] [--secrets N] [--rounds N] [--seconds N] [--only NAME,…] [--json FILE] [--chart FILE]

Loads Strongroom and bare routes in turns, on a PostgreSQL of its own with durable settings, and shows each rate as
a ratio to the yardstick's of the same round.

  --quick        five series at 64 connections, in less than two minutes
  --secrets N    how many secrets there are, in 100 tenants (100000)
  --rounds N     how often all is measured (3; 5 with --quick)
  --seconds N    how long each series is loaded (2)
  --only NAME,…  these series and their yardsticks: bare, select, insert, get_basic, get_basic_4k, get_token, put,
                 put_4k, patch, bare_list, list, mix
  --json FILE    writes the figures there as well
  --chart FILE   writes the ratios there as an SVG
  --help         shows this
`;

const CONNECTIONS = [1, 8, 64, 256];
/** A service runs for days: what is measured is what its compiler has made of it by then. */
const WARM_UP_SECONDS = 4;
/** So few that neither the client of the open loop nor any series is at its limit, on two cores that all share. */
const OPEN_LOOP_PER_SECOND = 1_000;
const OPEN_LOOP_SECONDS = 5;
const OPEN_LOOP = ['select', 'insert', 'get_basic', 'get_token', 'put'];

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    secrets: { type: 'string', default: '100000' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
    chart: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (options.help === true) process.stdout.write(USAGE);
else await bench();

async function bench(): Promise<void> {
  const { quick } = options;
  const processes = quick ? 1 : 2;
  const stage = await openStage({ secrets: wholeNumber('secrets'), processes, progress });
  try {
    const all = seriesOf(stage);
    const series = chosen(all);
    const efforts = effortsOf(quick);
    for (const one of series)
      await measure(stage, one, { processes, connections: 64, seconds: WARM_UP_SECONDS });
    const rounds: Round[] = [];
    const count = wholeNumber('rounds');
    for (let number = 1; number <= count; number += 1) {
      progress(`Round ${number} of ${count}`);
      rounds.push(await roundOf(stage, series, efforts));
    }
    const figures = figuresOf(rounds, all);
    const latencies = quick ? [] : await latenciesOf(stage, series);
    finish({ figures, latencies, rounds: count, stage }, all);
  } finally {
    await stage.close();
  }
}

/** All of them at one number of connections before the next: what else the machine does hits all alike. */
async function roundOf(
  stage: Stage,
  series: readonly Series[],
  efforts: readonly Effort[],
): Promise<Measurement[]> {
  const measured: Measurement[] = [];
  for (const effort of efforts) {
    // A yardstick has one process: with more it would be measured twice.
    const here = series.filter(({ at }) => effort.processes === 1 || at === 'strongroom');
    for (const one of here) measured.push(await measure(stage, one, effort));
  }
  return measured;
}

function effortsOf(quick: boolean): Effort[] {
  const seconds = wholeNumber('seconds');
  if (quick) return [{ processes: 1, connections: 64, seconds }];
  const one = CONNECTIONS.map((connections) => ({ processes: 1, connections, seconds }));
  return [...one, ...[64, 256].map((connections) => ({ processes: 2, connections, seconds }))];
}

function chosen(all: readonly Series[]): readonly Series[] {
  const names = options.only?.split(',') ?? (options.quick ? QUICK : all.map(({ name }) => name));
  const unknown = names.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) throw new Error(`There is no series ${unknown}; see --help`);
  const wanted = new Set(names.flatMap((name) => [name, all.find((one) => one.name === name)?.against]));
  return all.filter(({ name }) => wanted.has(name));
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
  { stage, ...measured }: Pick<Report, 'figures' | 'latencies' | 'rounds'> & { stage: Stage },
  series: readonly Series[],
): void {
  const { idleMegabytes } = stage;
  const loadedMegabytes = stage.strongrooms[0]?.residentMegabytes() ?? 0;
  const report: Report = { secrets: wholeNumber('secrets'), idleMegabytes, loadedMegabytes, ...measured };
  process.stdout.write(textOf(report, series));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(jsonOf(report), null, 2)}\n`);
  if (options.chart !== undefined) writeFileSync(options.chart, chartOf(report.figures, series));
}

function wholeNumber(name: 'secrets' | 'rounds' | 'seconds'): number {
  const defaults = { secrets: 100_000, rounds: options.quick ? 5 : 3, seconds: 2 };
  const number = Number(options[name] ?? defaults[name]);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} must be a whole number above 0`);
  return number;
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
