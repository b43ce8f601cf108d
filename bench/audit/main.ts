/** Implements `npm run bench:audit`, which measures what the audit trail costs. */
import { openStage } from '../stage.js';
import { measureRecording } from './recording-cost.js';
import { optionsOf, USAGE } from './options.js';
import { measureRequests } from './request-cost.js';
import { reportOf } from './report.js';
import { measureSealing } from './sealing-cost.js';

/** The numbers of logs over which the events of a second are spread. */
const LOGS = [1, 1_000];
const TENANTS_SECRETS = 10_000;

const options = understood(process.argv.slice(2));
if (options === undefined) process.stdout.write(USAGE);
else await bench(options);

function understood(args: readonly string[]): ReturnType<typeof optionsOf> {
  try {
    return optionsOf(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nnpm run bench:audit -- --help shows what there is\n`);
    process.exit(2);
  }
}

async function bench({ rounds, seconds }: NonNullable<ReturnType<typeof optionsOf>>): Promise<void> {
  const stage = await openStage({ secrets: TENANTS_SECRETS, processes: 1, progress });
  try {
    const requests = await measureRequests(stage, { rounds, seconds, progress });
    // What follows is done by this process alone.
    for (const strongroom of stage.strongrooms) await strongroom.stop();
    progress('Recording with and without the list of what waits to be sealed');
    const recording = await measureRecording(stage.database, rounds);
    const sealing = [];
    for (const logs of LOGS) {
      progress(`Sealing 1,000 events a second in ${logs} logs`);
      sealing.push(await measureSealing(stage, { logs, seconds: rounds * seconds }));
    }
    process.stdout.write(reportOf({ requests, recording, sealing }));
  } finally {
    await stage.close();
  }
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
