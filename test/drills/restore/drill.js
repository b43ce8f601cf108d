import { EmbeddedCluster } from '../support/embedded-cluster.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { postgresVersion } from '../support/postgres-programs.js';
import { copyCluster, createBackupLogin, dump, restore, scheduledDump } from './dumps.js';
import { examine, otherKeyProblems, trailOf, withService } from './installation.js';
import { archiveWal, baseBackup, failOver, moment, recover, untilArchived } from './physical.js';
import { headLine, rowLine, summaryOf } from './report.js';
import { DUMPS, OTHERS, RESTORES } from './rows.js';

/** Runs the restores that were asked for, each into a cluster of its own. */
export class RestoreDrill {
  clusters = [];
  results = [];

  constructor(folder, names) {
    this.folder = folder;
    this.names = names;
  }

  /** Returns whether every restore passed. */
  async run() {
    say(`PostgreSQL ${postgresVersion()}, clusters in ${this.folder}`);
    this.empty = this.keep(new PostgresCluster(this.folder, 'empty').create());
    this.source = this.keep(new PostgresCluster(this.folder, 'source').copy(this.empty.data));
    this.archive = archiveWal(this.source);
    await this.fill();
    for (const row of RESTORES) await this.row(row, () => this.restoreDump(row));
    const others = {
      'newer-postgresql': () => this.restoreIntoNewer(),
      'whole-cluster': () => this.restoreCluster(),
      'point-in-time': () => this.recoverTo('point-in-time', this.beforeMistake),
      'last-moment': () => this.recoverTo('last-moment', undefined),
      standby: () => this.promoteStandby(),
    };
    for (const row of OTHERS) await this.row(row, others[row.name]);
    process.stdout.write(
      [headLine(), ...this.results.map(rowLine), '', summaryOf(this.results), ''].join('\n'),
    );
    return this.results.every(({ problems }) => problems.length === 0);
  }

  /** Fills the source, backs it up in every way, and then lets a mistake happen. */
  async fill() {
    this.source.start();
    this.source.sql('CREATE DATABASE strongroom', { database: 'postgres' });
    this.source.initialise();
    createBackupLogin(this.source);
    this.base = baseBackup(this.source);
    await withService(this.source, async (world) => {
      const token = await world.fill();
      this.whole = { token, secrets: await world.everySecret(), trail: trailOf(this.source) };
      this.dumps = Object.fromEntries(DUMPS.map((each) => [each.name, dump(this.source, each)]));
      this.dumps.scheduled = scheduledDump(this.source);
      await this.dumpCluster();
      this.beforeMistake = await moment(this.source);
      for (let n = 0; n < 10; n += 1)
        await world.change('DELETE', `/secrets/payments.key${n}`, undefined, { tenant: 'payments' });
      await world.change(
        'PATCH',
        '/secrets/payments.key10',
        { value: 'changed last' },
        { tenant: 'payments' },
      );
      this.last = { token, secrets: await world.everySecret(), trail: trailOf(this.source) };
    });
    await untilArchived(this.source);
    this.source.stop('immediate');
    say(`${Object.keys(this.whole.secrets).length} secrets, ${this.whole.trail.digest}, backed up`);
  }

  /** Restores the whole cluster while its source still runs as it was backed up. */
  async dumpCluster() {
    if (!this.names.includes('whole-cluster')) return;
    this.copied = this.fresh('whole-cluster').start();
    this.copyResult = copyCluster(this.source, this.copied);
  }

  restoreDump(row) {
    const server = this.fresh(row.name).start();
    return this.examined(server, this.whole, restore(server, row, this.dumps[row.dump]));
  }

  async restoreIntoNewer() {
    const server = this.keep(await EmbeddedCluster.start(this.folder));
    const row = {
      login: 'strongroom_owner',
      options: ['--no-owner', '--no-acl'],
      init: ['before'],
      dump: 'owner',
    };
    const result = await this.examined(server, this.whole, restore(server, row, this.dumps.owner));
    return { ...result, note: `PostgreSQL ${server.sql('SHOW server_version')}` };
  }

  restoreCluster() {
    return this.examined(this.copied, this.whole, this.copyResult);
  }

  async recoverTo(name, until) {
    const server = this.keep(
      await recover(this.folder, name, { base: this.base, archive: this.archive, until }),
    );
    return this.examined(server, until === undefined ? this.last : this.whole);
  }

  async promoteStandby() {
    const primary = this.keep(new PostgresCluster(this.folder, 'primary').copy(this.source.data));
    primary.configure({ archive_mode: 'off' }).start();
    const { standby, acknowledged, problems } = await failOver(this.folder, primary);
    this.keep(standby);
    return this.examined(standby, this.last, { problems, note: `${acknowledged} acknowledged writes kept` });
  }

  async examined(server, world, { problems = [], errors, note } = {}) {
    const found = await examine(server, world);
    const wrongKey = await otherKeyProblems(server);
    return { ...found, errors, note, problems: [...problems, ...found.problems, ...wrongKey] };
  }

  /** Runs a row, if it was asked for, and stops its server. */
  async row({ name, title }, work) {
    if (!this.names.includes(name)) return;
    const result = await work().catch((error) => ({ problems: [error.message] }));
    await this.stop();
    this.results.push({ name, title, ...result });
    say(rowLine(this.results.at(-1)));
  }

  fresh(name) {
    return this.keep(new PostgresCluster(this.folder, name).copy(this.empty.data));
  }

  keep(cluster) {
    this.clusters.push(cluster);
    return cluster;
  }

  /** Stops the servers of the drill. The copied cluster is needed until its own row is over. */
  async stop({ all = false } = {}) {
    for (const cluster of this.clusters)
      if (all || cluster !== this.copied || this.isOver('whole-cluster')) await cluster.stop();
    this.clusters = this.clusters.filter((cluster) => cluster === this.copied);
  }

  isOver(name) {
    return this.results.some((each) => each.name === name);
  }
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
