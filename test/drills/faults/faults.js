import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseUrl, PASSWORD } from '../support/drill.js';
import { Cluster } from '../support/cluster.js';
import { fill, mountSmall, release } from './full-disk.js';
import { Hogs } from './hogs.js';
import { TableLock } from './table-lock.js';

const DELAY_MS = 250;
const POLL_MS = 100;

const eachLink = (stage, step) => Promise.all(stage.replicas.map(({ link }) => step(link)));
const mendLinks = (stage) => eachLink(stage, (link) => link.mend());

/**
 * Lists the faults: how each begins and ends, and what it needs.
 * - `unready`: how many replicas must become unready; all if it is not given, and 0 where requests go on;
 * - `seconds`: how long it lasts, if that is fixed;
 * - `alerts`: the alerts that fire at the end of a fault of six seconds or more, each second stretched to thirty; none by default;
 * - `needs`: `installed` for a PostgreSQL of the system, `root` for a file system of its own;
 * - `prepare`: is done before requests are counted.
 */
export const FAULTS = [
  {
    ...{ name: 'stopped', title: 'PostgreSQL is stopped' },
    alerts: ['StrongroomDatabaseAway'],
    begin: ({ cluster }) => cluster.stop(),
    end: ({ cluster }) => cluster.start(),
  },
  {
    ...{ name: 'restarted', title: 'PostgreSQL is restarted', unready: 0, seconds: 0 },
    begin: ({ cluster }) => cluster.stop(),
    end: ({ cluster }) => cluster.start(),
  },
  {
    ...{ name: 'killed', title: 'PostgreSQL is killed (SIGKILL) and recovers' },
    alerts: ['StrongroomDatabaseAway'],
    begin: ({ cluster }) => cluster.kill(),
    end: ({ cluster }) => cluster.start(),
  },
  {
    ...{ name: 'read-only', title: 'the database can only be read' },
    alerts: ['StrongroomDatabaseUnusable'],
    begin: ({ cluster }) => cluster.set({ default_transaction_read_only: 'on' }),
    end: ({ cluster }) => cluster.set({ default_transaction_read_only: undefined }),
  },
  {
    ...{
      name: 'slow',
      title: `every message to and from PostgreSQL takes ${DELAY_MS} ms longer`,
      unready: 0,
    },
    begin: (stage) => eachLink(stage, (link) => link.delay(DELAY_MS)),
    end: mendLinks,
  },
  {
    ...{ name: 'frozen', title: 'the processes of PostgreSQL stand still (SIGSTOP)' },
    alerts: ['StrongroomDatabaseAway'],
    begin: ({ cluster }) => cluster.freeze(),
    end: ({ cluster }) => cluster.thaw(),
  },
  {
    ...{ name: 'connections', title: 'PostgreSQL has no connections left' },
    alerts: ['StrongroomDatabaseAway'],
    begin: async (stage) => {
      stage.hogs = new Hogs(stage.cluster, databaseUrl('drill_owner', stage.cluster.port));
      await stage.hogs.takeAll();
    },
    end: ({ hogs }) => hogs.end(),
  },
  {
    ...{ name: 'pool', title: 'a session locks the table, and the pools run full', unready: 0 },
    begin: async (stage) => {
      stage.lock = await TableLock.take(stage.cluster);
    },
    end: ({ lock }) => lock.end(),
  },
  {
    ...{ name: 'disk-full', title: 'the disk of PostgreSQL is full', needs: 'root' },
    alerts: ['StrongroomDatabaseUnusable'],
    begin: ({ cluster }) => fill(cluster.folder),
    end: async ({ cluster }) => {
      release(cluster.folder);
      // A server that could not write its log of changes ends, and is started anew as its supervisor does.
      await cluster.start();
    },
  },
  {
    ...{ name: 'password', title: 'the password of the login is changed' },
    alerts: ['StrongroomDatabaseUnusable'],
    begin: ({ cluster }) => changePassword(cluster, 'another-one'),
    end: ({ cluster }) => changePassword(cluster, PASSWORD),
  },
  {
    ...{ name: 'cut', title: 'the network to PostgreSQL refuses and resets connections' },
    alerts: ['StrongroomDatabaseAway'],
    begin: (stage) => eachLink(stage, (link) => link.cut()),
    end: mendLinks,
  },
  {
    ...{ name: 'cut-one', title: 'the same for one replica', unready: 1 },
    alerts: ['StrongroomDatabaseAway'],
    begin: ({ replicas }) => replicas[0].link.cut(),
    end: mendLinks,
  },
  {
    ...{ name: 'hole', title: 'the network drops everything, and connections of before stay dead' },
    alerts: ['StrongroomDatabaseAway'],
    begin: (stage) => eachLink(stage, (link) => link.hole()),
    end: mendLinks,
  },
  {
    ...{ name: 'short-hole', title: 'the same for two seconds', unready: 0, seconds: 2 },
    begin: (stage) => eachLink(stage, (link) => link.hole()),
    end: mendLinks,
  },
  {
    ...{ name: 'failover', title: 'PostgreSQL is killed, and its standby promoted', needs: 'installed' },
    alerts: ['StrongroomDatabaseAway'],
    prepare: prepareStandby,
    begin: ({ cluster }) => cluster.kill(),
    end: async (stage) => {
      await stage.standby.promote();
      stage.moveTo(stage.standby);
    },
  },
];

async function changePassword(cluster, password) {
  await cluster.query(`ALTER ROLE drill_service PASSWORD '${password}'`);
  await cluster.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'drill_service'`,
  );
}

/** Makes a standby without which nothing is acknowledged. */
async function prepareStandby(stage) {
  const { cluster } = stage;
  stage.standbys = (stage.standbys ?? 0) + 1;
  const folder = `${stage.folder}/standby${stage.standbys}`;
  mkdirSync(folder);
  if (stage.isSmall) mountSmall(folder);
  stage.standby = await Cluster.standbyOf(cluster, folder);
  await stage.standby.start();
  await cluster.set({ synchronous_standby_names: '*' });
  for (;;) {
    const [row] = await cluster.query(`SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`);
    if (row !== undefined) return;
    await sleep(POLL_MS);
  }
}
