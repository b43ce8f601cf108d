/** Implements `npm run drill:faults`: the database and the network to it fail under load. */
import { writeFileSync } from 'node:fs';
import { requireBalancer, startBalancer } from '../support/balancers.js';
import { HEADERS } from '../support/drill.js';
import { askedFor, runDrill, say } from '../support/options.js';
import { postgresPrograms } from '../support/postgres-programs.js';
import { Stage } from '../support/stage.js';
import { seconds } from '../support/table.js';
import { Traffic } from '../support/traffic.js';
import { checkTrail } from '../support/trail.js';
import { checkAlerts } from './check-alerts.js';
import { mountSmall } from './full-disk.js';
import { MetricsRecorder } from './metrics-recorder.js';
import { optionsOf, USAGE } from './options.js';
import { failedOf, problemsOf, reportOf } from './report.js';
import { runFault } from './run-fault.js';

const CALLERS = 8;
/** Is how long faults last at least that alerts are expected of. */
const ALERTING_SECONDS = 6;

const options = askedFor('drill:faults', USAGE, optionsOf);
await runDrill(drill);

async function drill() {
  requireBalancer(options.balancer);
  const stage = await Stage.open({
    ...{ programs: postgresPrograms(options.postgres), metrics: true, say },
    prepare: (opened, folder) => (opened.isSmall = mountSmall(folder)),
  });
  const lacks = { root: !stage.isSmall && 'needs root, to mount a small file system' };
  lacks.installed = options.postgres === 'embedded' && 'needs --postgres installed, which has pg_basebackup';
  for (let replica = 0; replica < options.replicas; replica += 1) await stage.addReplica();
  const balancer = await startBalancer(options.balancer, stage);
  const metrics = new MetricsRecorder(options.metrics, () => stage.replicas);
  const { host, port } = balancer;
  const limitMs = options.limit * 1_000;
  const traffic = new Traffic({ host, port, headers: HEADERS, callers: CALLERS, prefix: 'faults', limitMs });
  await traffic.succeeded(1);
  const { rows, skipped } = await runAll({ stage, traffic, metrics, seconds: options.seconds }, lacks);
  await traffic.stop();
  metrics.stop();
  say('Checking every secret and every event');
  const trail = await checkTrail(traffic, stage.cluster, balancer.attempts());
  await balancer.stop();
  await stage.close();
  return report({ rows, skipped, trail, metrics });
}

async function runAll(parts, lacks) {
  const rows = [];
  const skipped = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const fault of options.faults) {
      if (lacks[fault.needs]) {
        if (round === 1) skipped.push(`${fault.name} ${lacks[fault.needs]}`);
        continue;
      }
      say(`${fault.name}: ${fault.title}`);
      const row = await runFault(fault, parts);
      say(
        `  ${row.tally.requests} requests, ${failedOf(row)} failed, served again after ${seconds(row.again)} s`,
      );
      rows.push(row);
    }
  }
  return { rows, skipped };
}

/** Says for each fault whether its alerts fire, and returns those that do not. */
function sayAlerts({ lines }) {
  say(`${lines} lines of metrics are in ${options.metrics}`);
  const found = checkAlerts(options.metrics, options.faults);
  if (found === undefined) {
    say(
      'The alert rules were not evaluated: promtool is not installed; on Debian: apt-get install prometheus',
    );
    return [];
  }
  for (const { name, alerts, problem } of found)
    say(
      `  ${name}: ${problem === undefined ? 'as expected' : 'NOT as expected'}: ${alerts.join(', ') || 'no alert'}`,
    );
  return found
    .filter(({ problem }) => problem !== undefined)
    .map(({ name, problem }) => `${name}: other alerts: ${problem}`);
}

function report({ rows, skipped, trail, metrics }) {
  const problems = [...rows.flatMap(problemsOf), ...trail.faults];
  if (metrics.lines > 0 && options.seconds >= ALERTING_SECONDS) problems.push(...sayAlerts(metrics));
  say(`checked ${trail.writes} acknowledged writes of ${trail.secrets} secrets`);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ rows, skipped, problems }, null, 2)}\n`);
  process.stdout.write(`${reportOf(rows, skipped, problems)}\n`);
  return problems.length === 0 && rows.every((row) => failedOf(row) === 0);
}
