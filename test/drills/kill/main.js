/** Implements `npm run drill:kill`: processes are killed under load, and nothing acknowledged may be lost. */
import { requireBalancer, startBalancer } from '../support/balancers.js';
import { HEADERS } from '../support/drill.js';
import { askedFor, runDrill, say } from '../support/options.js';
import { postgresPrograms } from '../support/postgres-programs.js';
import { checkProof } from '../support/proof.js';
import { Stage } from '../support/stage.js';
import { seconds, table, total } from '../support/table.js';
import { Traffic } from '../support/traffic.js';
import { checkTrail } from '../support/trail.js';
import { optionsOf, USAGE } from './options.js';

const CALLERS = 8;
const TITLES = ['round', 'killed', 'requests', '503', 'cut', 'failed', 'slowest s', 'back after s'];

const options = askedFor('drill:kill', USAGE, optionsOf);
await runDrill(drill);

async function drill() {
  requireBalancer(options.balancer);
  const stage = await Stage.open({ programs: postgresPrograms(options.postgres), say });
  for (let replica = 0; replica < options.replicas; replica += 1) await stage.addReplica();
  const balancer = await startBalancer(options.balancer, stage);
  const { host, port } = balancer;
  const traffic = new Traffic({ host, port, headers: HEADERS, callers: CALLERS, prefix: 'kill' });
  await traffic.succeeded(options.writes);
  const rows = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    rows.push(await killOnce(round, stage, traffic));
    say(`round ${round} of ${options.rounds}: ${rows.at(-1).killed}, ${rows.at(-1).tally.requests} requests`);
  }
  await traffic.stop();
  say('Checking every secret and every event');
  const trail = await checkTrail(traffic, stage.cluster, balancer.attempts());
  say('Proving the audit trail');
  const proof = await checkProof(stage);
  await balancer.stop();
  await stage.close();
  return report(rows, trail, proof);
}

/** Kills in turn each replica, all of them, and PostgreSQL, and waits until requests succeed again. */
async function killOnce(round, stage, traffic) {
  traffic.next();
  const { replicas, cluster } = stage;
  const turn = round % (replicas.length + 2);
  const victims = turn < replicas.length ? [replicas[turn]] : turn === replicas.length ? replicas : [cluster];
  const killed = victims.length > 1 ? 'all replicas' : (victims[0].name ?? 'PostgreSQL');
  const since = performance.now();
  await Promise.all(victims.map((victim) => victim.kill()));
  await Promise.all(victims.map((victim) => victim.start()));
  const before = traffic.tally.ok;
  await traffic.succeeded(before + 1);
  const again = seconds(performance.now() - since);
  await traffic.succeeded(before + options.writes);
  return { round, killed, again, tally: traffic.tally };
}

function report(rows, { faults: lost, writes, reads, secrets }, proof) {
  const faults = [...lost, ...proof.faults];
  const lines = rows.map(({ round, killed, again, tally }) => {
    const { requests, refused, cut, wrong, slowest } = tally;
    return [round, killed, requests, refused, cut, wrong, seconds(slowest), again];
  });
  const requests = rows.reduce((sum, { tally }) => sum + tally.requests, 0);
  const wrong = rows.reduce((sum, { tally }) => sum + tally.wrong, 0);
  const samples = rows.flatMap(({ tally }) => (tally.wrong > 0 ? tally.samples : []));
  process.stdout.write(
    [
      table(TITLES, lines),
      '',
      `${writes} acknowledged writes of ${secrets} secrets and ${reads} answered reads checked: ${lost.length} lost, or without their events`,
      `${proof.events} events proved by both verifiers: ${proof.faults.length} faults`,
      ...[...faults, ...samples].slice(0, 20).map((line) => `FAILED: ${line}`),
      total(requests, wrong + faults.length),
      '',
    ].join('\n'),
  );
  return wrong + faults.length === 0;
}
