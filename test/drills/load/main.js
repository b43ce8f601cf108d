/** Implements `npm run drill:load`: tenant A does its worst, and tenant B must keep its share. */
import { writeFileSync } from 'node:fs';
import { measure } from './measure.js';
import { optionsOf, USAGE } from './options.js';
import { aloneLine, headLine, rowLine, summaryOf, totalOf } from './report.js';
import { Stage } from './stage.js';
import { verdictOf } from './verdict.js';
import { Worker } from './worker.js';

const WARMING_SECONDS = 4;
const WARMING_CONNECTIONS = 64;

const options = understood(process.argv.slice(2));
if (options === undefined) process.stdout.write(USAGE);
else process.exitCode = (await drill(options)) ? 0 : 1;

function understood(args) {
  try {
    return optionsOf(args);
  } catch (error) {
    process.stderr.write(`${error.message}\nnpm run drill:load -- --help shows what there is\n`);
    process.exit(2);
  }
}

/** Runs the rows. Returns whether B kept its share in all of them. */
async function drill({ rows, seconds, rounds, secrets, json }) {
  const stage = await Stage.open({ secrets, progress });
  const victim = new Worker('victim.js');
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void stage.close().finally(() => process.exit(1)));
  try {
    await serve(stage, victim, rows[0].environment);
    const alone = await measure(stage, victim, { seconds });
    progress(aloneLine(alone));
    const verdicts = [];
    for (const row of rows) {
      progress(`${row.name}: ${row.title}`);
      verdicts.push(await runRow(stage, victim, row, { seconds, rounds }));
      progress(rowLine(verdicts.at(-1)));
    }
    const table = [headLine(), ...verdicts.map(rowLine)];
    const lines = [aloneLine(alone), '', ...table, '', summaryOf(verdicts), totalOf(verdicts)];
    process.stdout.write(`${lines.join('\n')}\n`);
    if (json !== undefined) writeFileSync(json, `${JSON.stringify({ alone, rows: verdicts }, null, 2)}\n`);
    return verdicts.every(({ misses, refused }) => misses.length === 0 && refused === 0);
  } finally {
    victim.kill();
    await stage.close();
  }
}

/** Measures yardstick and attack in turn, since other work on the machine disturbs both alike then. */
async function runRow(stage, victim, row, { seconds, rounds }) {
  const { attack: name, connections, beside = connections, work, options } = row;
  const yardsticks = [];
  const attacks = [];
  for (let round = 0; round < rounds; round += 1) {
    await serve(stage, victim, row.environment);
    const reads = { name: 'plainReads', connections: beside };
    yardsticks.push(await measure(stage, victim, { attack: reads, work, seconds }));
    const result = await measure(stage, victim, { attack: { name, connections, options }, work, seconds });
    attacks.push({ ...result, ended: !stage.isServing() });
  }
  return verdictOf(row, yardsticks, attacks);
}

/** Starts the service where it does not run with this environment, and warms up its compiler. */
async function serve(stage, victim, environment) {
  if (!(await stage.serve(environment))) return;
  const reads = { name: 'plainReads', connections: WARMING_CONNECTIONS };
  await measure(stage, victim, { attack: reads, seconds: WARMING_SECONDS });
}

function progress(text) {
  process.stderr.write(`${text}\n`);
}
