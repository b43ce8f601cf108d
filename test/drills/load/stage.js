import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Child, script } from '../../../dist/bench/child.js';
import { seed } from '../../../dist/bench/seed.js';
import { RootKeys } from '../../../dist/src/crypto/root-keys.js';
import { startEmbeddedPostgres } from '../../../dist/src/database/embedded/embedded-postgres.js';
import { source } from './sources.js';

const SECRETS_OF_B = 500;
/** Are the flags of the start script and the image. */
const FLAGS = ['--max-semi-space-size=32'];

/** Holds PostgreSQL with the secrets of the tenants A and B, and the service, which is started anew for another environment. */
export class Stage {
  #closers = [];
  #started = 0;
  #environment;

  static async open(options) {
    const stage = new Stage(options);
    try {
      await stage.#build();
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  constructor({ secrets, progress }) {
    this.progress = progress;
    this.secrets = { a: secrets, b: SECRETS_OF_B };
    this.folder = mkdtempSync(join(tmpdir(), 'strongroom-drill-'));
    this.#closers.push(() => rmSync(this.folder, { recursive: true, force: true }));
    this.rootKeys = `drill:${randomBytes(32).toString('base64')}`;
  }

  /** Starts the service with this environment, unless it runs with it already. Returns whether it did. */
  async serve(environment = {}) {
    if (this.isServing() && sameAs(this.#environment, environment)) return false;
    await this.service?.stop();
    this.#environment = environment;
    this.#started += 1;
    const log = join(this.folder, `service-${this.#started}.log`);
    const all = {
      NODE_ENV: 'production',
      DATABASE_URL: this.postgres.url('drill_service', 'drill'),
      DATABASE_OWNER_URL: this.postgres.url('drill_owner', 'drill'),
      STRONGROOM_ROOT_KEYS: this.rootKeys,
      STRONGROOM_ADMIN_PASSWORD: randomBytes(18).toString('base64url'),
      STRONGROOM_DRAIN_MS: '0',
      STRONGROOM_TRUSTED_PROXIES: '127.0.0.1',
      ...environment,
    };
    const how = { path: '/health/ready', log, flags: FLAGS };
    this.service = await Child.start(script('../src/main.js'), [], all, how);
    return true;
  }

  /** Tells whether the service lives. */
  isServing() {
    try {
      return this.service !== undefined && process.kill(this.service.pid, 0);
    } catch {
      return false;
    }
  }

  async close() {
    await this.service?.stop();
    for (const closer of this.#closers.reverse()) await closer();
  }

  async #build() {
    const { progress } = this;
    const settings = { shared_buffers: '256MB', max_wal_size: '4GB' };
    this.postgres = await startEmbeddedPostgres({
      ...{ dataDir: join(this.folder, 'data'), settings, onProgress: progress },
    });
    this.#closers.push(() => this.postgres.stop());
    await this.#makeDatabase();
    this.databaseUrl = this.postgres.url('postgres', 'drill');
    this.database = new pg.Client({ connectionString: this.databaseUrl });
    await this.database.connect();
    this.#closers.push(() => this.database.end());
    // The first start makes the tables.
    await this.serve();
    await this.service.stop();
    const counts = [this.secrets.a, this.secrets.b];
    progress(`Seeding ${counts.join(' and ')} secrets`);
    const callers = await seed(this.database, RootKeys.parse(this.rootKeys), counts);
    const [a, b] = callers.map(({ token }, index) => ({ ...token, ...source(1 + index, 0) }));
    this.callers = { a, b };
  }

  async #makeDatabase() {
    const client = new pg.Client({ connectionString: this.postgres.url('postgres', 'postgres') });
    await client.connect();
    try {
      await client.query('CREATE ROLE drill_owner LOGIN CREATEROLE');
      await client.query('CREATE ROLE drill_service LOGIN');
      await client.query('CREATE DATABASE drill OWNER drill_owner');
    } finally {
      await client.end();
    }
  }
}

function sameAs(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
