/** Implements `npm run drill:rolling`: replicas are restarted and upgraded under load, and no request may fail. */
import pg from 'pg';
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
import { wrongPages, wrongWithoutReplicas } from './nginx-pages.js';
import { optionsOf, USAGE } from './options.js';

const CALLERS = 4;
const BACKUP_MS = 4_000;
const TITLES = ['step', 'balancer'];

const options = askedFor('drill:rolling', USAGE, optionsOf);
await runDrill(drill);

async function drill() {
  options.balancers.forEach(requireBalancer);
  const stage = await Stage.open({ programs: postgresPrograms(options.postgres), say });
  for (let replica = 0; replica < options.replicas; replica += 1) await stage.addReplica();
  const loads = [];
  for (const kind of options.balancers) loads.push(await startLoad(kind, stage));
  const rows = [];
  for (const [name, step] of stepsOf(stage)) {
    say(name);
    for (const { traffic } of loads) traffic.next();
    await step();
    for (const { kind, traffic } of loads) {
      await traffic.succeeded(50);
      rows.push([name, kind, traffic.tally]);
    }
  }
  const faults = [];
  for (const { kind, traffic, balancer } of loads) {
    await traffic.stop();
    faults.push(...(await unserved(kind, balancer, stage)));
    const trail = await checkTrail(traffic, stage.cluster);
    say(`${kind}: checked ${trail.writes} acknowledged writes of ${trail.secrets} secrets`);
    faults.push(...trail.faults);
  }
  const nginx = loads.find(({ kind }) => kind === 'nginx')?.balancer;
  if (nginx !== undefined) faults.push(...(await wrongPages(nginx)));
  for (const replica of [...stage.replicas]) await stage.removeReplica(replica);
  if (nginx !== undefined) faults.push(...(await wrongWithoutReplicas(nginx)));
  for (const { balancer } of loads) await balancer.stop();
  await stage.close();
  return reportSteps(TITLES, rows, { faults, slowMachine: options.slowMachine });
}

async function startLoad(kind, stage) {
  const balancer = await startBalancer(kind, stage);
  const { host, port } = balancer;
  const traffic = new Traffic({ host, port, headers: HEADERS, callers: CALLERS, prefix: kind });
  await traffic.succeeded(1);
  return { kind, balancer, traffic };
}

/** Returns what is done in turn, with names. Each upgrade has migrations that run beside a restart. */
function* stepsOf(stage) {
  for (let round = 1; round <= options.rounds; round += 1) {
    yield [`${round}. restart`, () => restartAll(stage)];
    const dist = makeNextVersion(stage.folder, round);
    yield [`${round}. migration, and a restart beside it`, () => migrateAndRestart(stage, dist)];
    stage.dist = dist;
    yield [`${round}. upgrade`, () => restartAll(stage)];
  }
  yield ['one replica more', () => stage.addReplica()];
  yield ['one replica less', () => stage.removeReplica(stage.replicas[0])];
}

/** A backup reads the tables meanwhile, so that a migration cannot lock them at once. */
async function migrateAndRestart(stage, dist) {
  const [restarted] = stage.replicas;
  const { sockets: host, port } = stage.cluster;
  const backup = new pg.Client({ host, port, user: 'postgres', database: 'drill' });
  await backup.connect();
  await backup.query('BEGIN; LOCK TABLE secrets IN ACCESS SHARE MODE');
  setTimeout(() => void backup.end(), BACKUP_MS);
  await Promise.all([stage.migrate(dist), restarted.restart()]);
}

async function restartAll(stage) {
  for (const replica of stage.replicas) await replica.restart(stage.dist);
}
