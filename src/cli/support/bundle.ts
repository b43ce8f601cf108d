import { arch, availableParallelism, freemem, platform, release, totalmem } from 'node:os';
import { diagnose, requireCluster } from '../../bootstrap/doctor/doctor.js';
import type { Finding } from '../../bootstrap/doctor/finding.js';
import { reasonOf } from '../../bootstrap/doctor/reason-of.js';
import { locateDatabase, type DatabaseLocation } from '../../bootstrap/database-location.js';
import { withOwnerConnection } from '../../bootstrap/owner-connection.js';
import { machineTime } from '../../common/clock.js';
import { programVersions } from '../../common/program-versions.js';
import { loadConfiguration } from '../../config/load-configuration.js';
import { configuredNames, shareableConfiguration } from '../../config/shareable-configuration.js';
import type { SqlConnection } from '../../database/connection/sql-connection.js';
import { CONNECTIONS_BESIDE_POOL } from '../../database/lanes.js';
import { commandCaller } from '../command-caller.js';
import { databaseSections, type Section } from './database-sections.js';
import { logSection } from './log-section.js';
import { Redactor } from './redactor.js';
import { roleSections } from './role-sections.js';

/** Maps the names of the sections to what they hold: rows, an object, or `{ unavailable: reason }`. */
export type Bundle = Readonly<Record<string, unknown>>;

/** Limits what one statement takes of a database that may be in trouble. */
const STATEMENT_TIMEOUT = '10s';

/** Limits how many names of each kind are looked for in texts. */
const MOST_NAMES = 20_000;

/**
 * Gathers what helps somebody else to understand an installation. No section holds a secret, or a name that somebody has
 * chosen; one that cannot be had says why.
 */
export async function gather(logFile: string | undefined): Promise<Bundle> {
  const bundle: Record<string, unknown> = {};
  const redactor = new Redactor();
  const section: Section = async (name, work) => {
    try {
      bundle[name] = await work();
    } catch (error) {
      bundle[name] = { unavailable: redactor.text(reasonOf(error)) };
    }
  };
  for (const [name, meaning] of configuredNames()) redactor.hide(name, meaning);
  await section('program', () => Promise.resolve(program()));
  await section('configuration', () => Promise.resolve(shareableConfiguration()));
  await section('pool', () => Promise.resolve(pool()));
  await section('database.connection', () =>
    withDatabase(async (connection, { migrates }) => {
      await hideNames(connection, redactor);
      await roleSections(connection, redactor, section);
      await databaseSections(connection, section);
      return { asked_by: migrates ? 'owner' : 'service' };
    }),
  );
  await section('doctor', () => doctor(redactor));
  if (logFile !== undefined) await section('log', () => logSection(logFile, redactor));
  return bundle;
}

function program(): Record<string, unknown> {
  return {
    time: new Date(machineTime()).toISOString(),
    ...programVersions(),
    platform: platform(),
    release: release(),
    architecture: arch(),
    cores: availableParallelism(),
    memory_bytes: totalmem(),
    free_bytes: freemem(),
  };
}

function pool(): Record<string, number> {
  const { poolSize } = loadConfiguration();
  const beside = Object.values(CONNECTIONS_BESIDE_POOL).reduce((sum, each) => sum + each, 0);
  return { pool: poolSize, connections_of_a_process: poolSize + beside };
}

async function doctor(redactor: Redactor): Promise<{ healthy: boolean; findings: Finding[] }> {
  const findings: Finding[] = [];
  const healthy = await diagnose(commandCaller(), (finding) => findings.push(finding));
  return {
    healthy,
    findings: findings.map((finding) => ({ ...finding, text: redactor.text(finding.text) })),
  };
}

async function withDatabase<T>(
  work: (connection: SqlConnection, location: DatabaseLocation) => Promise<T>,
): Promise<T> {
  const configuration = loadConfiguration();
  requireCluster(configuration);
  const location = await locateDatabase(configuration, () => undefined);
  try {
    return await withOwnerConnection(location, async (connection) => {
      await connection.query(`SELECT set_config('statement_timeout', $1, false)`, [STATEMENT_TIMEOUT]);
      return work(connection, location);
    });
  } finally {
    await location.stop();
  }
}

/** Makes the names of users, tenants, groups and root keys known, so that they are found in texts. */
async function hideNames(connection: SqlConnection, redactor: Redactor): Promise<void> {
  for (const [meaning, sql] of [
    ['user', 'SELECT username AS name FROM users'],
    ['tenant', 'SELECT name FROM tenants'],
    ['group', 'SELECT name FROM user_groups'],
    ['root key id', 'SELECT id AS name FROM root_keys'],
  ] as const) {
    const rows = await connection.query<{ name: string }[]>(`${sql} LIMIT ${MOST_NAMES}`).catch(() => []);
    for (const { name } of rows) redactor.hide(name, meaning);
  }
}
