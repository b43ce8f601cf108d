/** Implements `npm run drill:versions`: two neighbouring versions run side by side under load, in both orders. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atExit } from '../support/at-exit.js';
import { requireBalancer, startBalancer } from '../support/balancers.js';
import { HEADERS } from '../support/drill.js';
import { makeNextVersion } from '../support/next-version.js';
import { askedFor, runDrill, say } from '../support/options.js';
import { postgresPrograms } from '../support/postgres-programs.js';
import { Stage } from '../support/stage.js';
import { reportSteps } from '../support/steps-report.js';
import { Traffic } from '../support/traffic.js';
import { checkTrail } from '../support/trail.js';
import { unserved } from '../support/unserved.js';
import { optionsOf, USAGE } from './options.js';
import { setUp, tagToRun, versionOf } from './tagged-version.js';

const CALLERS = 6;
const LEAST_CALLS = 50;
const TITLES = ['order', 'step', 'replicas'];

const options = askedFor('drill:versions', USAGE, optionsOf);
await runDrill(drill);

async function drill() {
  requireBalancer(options.balancer);
  const tag = options.next ? undefined : tagToRun(options.tag);
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-versions-'));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  const here = resolve('dist');
  const [older, newer] = options.next
    ? [here, makeNextVersion(folder, 1)]
    : [await setUp(tag, folder, say), here];
  say(`Older: ${versionOf(older)}; newer: ${versionOf(newer)}`);
  const upgrade = await side({ order: 'upgrade', first: older, stepsOf: upgradeSteps, older, newer });
  const join_ = await side({ order: 'older joins', first: newer, stepsOf: joinSteps, older, newer });
  const faults = [...upgrade.faults, ...join_.faults];
  const rows = [...upgrade.rows, ...join_.rows];
  return reportSteps(TITLES, rows, { faults, slowMachine: options.slowMachine });
}

/** Runs the steps of an order under load, on a database that the first version has made. */
async function side({ order, first, stepsOf, older, newer }) {
  const stage = await Stage.open({ programs: postgresPrograms(options.postgres), dist: first, say });
  for (let replica = 0; replica < 2; replica += 1) await stage.addReplica();
  const balancer = await startBalancer(options.balancer, stage);
  const { host, port } = balancer;
  const traffic = new Traffic({ host, port, headers: HEADERS, callers: CALLERS, prefix: 'versions' });
  await traffic.succeeded(1);
  const rows = [];
  const faults = [];
  for (const [step, act] of stepsOf(stage, { older, newer })) {
    say(`${order}: ${step}`);
    traffic.next();
    await act();
    await sleep(options.seconds * 1_000);
    await traffic.succeeded(LEAST_CALLS);
    faults.push(...(await unserved(options.balancer, balancer, stage)));
    const running = stage.replicas.map(({ dist }) => (dist === older ? 'older' : 'newer')).join(', ');
    rows.push([order, step, running, traffic.tally]);
  }
  await traffic.stop();
  faults.push(...(await checkTrail(traffic, stage.cluster)).faults);
  await balancer.stop();
  await stage.close();
  return { rows, faults };
}

/** The older version is upgraded: the database first, as documents demand, then one replica after the other. */
function* upgradeSteps(stage, { older, newer }) {
  const [one, other] = stage.replicas;
  yield ['both older', () => undefined];
  yield [
    'migrated by the newer, an older restarts',
    () => Promise.all([stage.migrate(newer), one.restart(older)]),
  ];
  yield ['one is newer', () => other.restart(newer)];
  yield ['the older restarts beside it', () => one.restart(older)];
  yield ['the newer restarts beside it', () => other.restart(newer)];
  yield ['the older migrates, which changes nothing', () => stage.migrate(older)];
  yield ['both newer', () => one.restart(newer)];
}

/** The newer version was there first, and replicas go back to the older one. */
function* joinSteps(stage, { older, newer }) {
  const [one, other] = stage.replicas;
  yield ['both newer', () => undefined];
  yield ['one goes back', () => one.restart(older)];
  yield ['the older restarts beside it', () => one.restart(older)];
  yield ['both older', () => other.restart(older)];
  yield ['one is newer again', () => other.restart(newer)];
}
