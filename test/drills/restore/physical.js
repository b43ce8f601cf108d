import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from '../support/postgres-programs.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { withService } from './installation.js';

const PATIENCE_SECONDS = 60;

/** Makes a server archive its WAL; it must be restarted afterwards. */
export function archiveWal(server) {
  const archive = join(server.home, 'archive');
  runProgram('mkdir', [archive]);
  const command = `test ! -f ${archive}/%f && cp %p ${archive}/%f`;
  server.configure({ archive_mode: 'on', archive_command: command, archive_timeout: '60' });
  return archive;
}

/** Makes a base backup in a folder of the server, with a manifest that pg_verifybackup has checked. */
export function baseBackup(server) {
  const path = join(server.home, 'base');
  runProgram('pg_basebackup', ['-D', path, '--checkpoint=fast', '-d', server.url('postgres', 'postgres')]);
  runProgram('pg_verifybackup', ['--no-parse-wal', path]);
  return path;
}

/** Returns the server's time, after a pause that separates what was before it from what comes. */
export async function moment(server) {
  await sleep(1_100);
  const at = server.sql('SELECT clock_timestamp()');
  await sleep(1_100);
  return at;
}

/** Waits until the archive holds everything that the server has written so far. */
export async function untilArchived(server) {
  const file = server.sql('SELECT pg_walfile_name(pg_switch_wal())');
  for (let tenth = 0; tenth < PATIENCE_SECONDS * 10; tenth += 1) {
    if (server.sql('SELECT last_archived_wal FROM pg_stat_archiver') >= file) return;
    await sleep(100);
  }
  throw new Error(`${file} does not reach the archive`);
}

/** Starts a new server from a base backup and the archive, up to a moment or to the end of the archive. */
export async function recover(folder, name, { base, archive, until }) {
  const server = new PostgresCluster(folder, name).copy(base);
  server.configure({
    archive_mode: 'off',
    restore_command: `cp ${archive}/%f %p`,
    ...(until !== undefined && { recovery_target_time: until, recovery_target_action: 'promote' }),
  });
  server.touch('recovery.signal').start();
  await untilPromoted(server);
  return server;
}

async function untilPromoted(server) {
  for (let tenth = 0; tenth < PATIENCE_SECONDS * 10; tenth += 1) {
    if (server.sql('SELECT pg_is_in_recovery()', { database: 'postgres' }) === 'f') return;
    await sleep(100);
  }
  throw new Error(`${server.name} does not end its recovery`);
}

/**
 * Lets the service write while a synchronous standby follows, kills the primary without a warning, and promotes the
 * standby.
 * @returns the promoted standby, and what is lost of the writes that were acknowledged
 */
export async function failOver(folder, primary) {
  const standby = new PostgresCluster(folder, 'standby');
  const replication = ['-R', '-C', '--slot=standby', '--checkpoint=fast'];
  runProgram('pg_basebackup', [
    '-D',
    standby.data,
    ...replication,
    '-d',
    primary.url('postgres', 'postgres'),
  ]);
  standby.settle().configure({ archive_mode: 'off' }).start();
  primary.configure({ synchronous_standby_names: '*' });
  primary.control('reload', []);
  await untilSynchronous(primary);
  const acknowledged = await writeUntilLost(primary);
  standby.promote();
  const kept = new Set(standby.sql("SELECT key FROM secrets WHERE key LIKE 'written-%'").split('\n'));
  const lost = acknowledged.filter((key) => !kept.has(key));
  const problems = [
    ...(acknowledged.length === 0 ? ['nothing was written'] : []),
    ...(lost.length > 0 ? [`${lost.length} of ${acknowledged.length} acknowledged writes are lost`] : []),
  ];
  standby.sql("DELETE FROM secrets WHERE key LIKE 'written-%'");
  return { standby, acknowledged: acknowledged.length, problems };
}

async function untilSynchronous(primary) {
  for (let tenth = 0; tenth < PATIENCE_SECONDS * 10; tenth += 1) {
    if (primary.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") === '1') return;
    await sleep(100);
  }
  throw new Error('The standby does not become synchronous');
}

/** Writes on eight connections, ends the primary as a crash does, and returns the keys of the writes that were acknowledged. */
function writeUntilLost(primary) {
  return withService(primary, async (world) => {
    const acknowledged = [];
    let isOver = false;
    const writer = async (_, number) => {
      for (let n = 0; !isOver; n += 1) {
        const key = `written-${number}-${n}`;
        const answer = await world.send('PUT', `/secrets/${key}`, { value: key }).catch(() => undefined);
        if (answer?.ok) acknowledged.push(key);
        await answer?.arrayBuffer().catch(() => undefined);
      }
    };
    const writers = Promise.all(Array.from({ length: 8 }, writer));
    await sleep(2_000);
    primary.stop('immediate');
    await sleep(500);
    isOver = true;
    await writers;
    return acknowledged;
  });
}
