import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../audit/audit-writer.js';
import { DomainError } from '../common/domain-error.js';
import { printable } from '../common/printable.js';
import { StartupError } from '../common/startup-error.js';
import type { Caller } from '../common/tenant-context.js';
import { parseDatabaseUrl } from '../config/database-url.js';
import { loadConfiguration } from '../config/load-configuration.js';
import { configurationWarnings } from '../config/unsafe-combinations.js';
import type { Configuration } from '../config/configuration.js';
import { cryptoSelfTest } from '../crypto/self-test.js';
import { assertDurable, assertServiceLogin } from '../database/connection/database-assertions.js';
import { explainedServerError } from '../database/connection/connection-problem.js';
import { pendingUpgrade } from '../database/migrate.js';
import { openServiceDataSource, serviceSettings } from '../database/connection/service-data-source.js';
import { assertSessions } from '../database/connection/session-check.js';
import { Lanes, SMALLEST_POOL } from '../database/lanes.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { RootKeyRegistry } from '../tenants/root-key-registry.js';
import { locateDatabase, type DatabaseLocation } from './database-location.js';
import { withOwnerConnection } from './owner-connection.js';
import { loadRootKeys, requireRootKeys } from './root-key-source.js';

/** Describes the result of one check. */
export interface Finding {
  readonly subject: 'configuration' | 'database' | 'roles' | 'row-level security' | 'keys' | 'audit';
  readonly state: 'ok' | 'warning' | 'failed';
  readonly text: string;
}

type Attempt = <T>(subject: Finding['subject'], check: () => T | Promise<T>) => Promise<T | undefined>;

type Report = (subject: Finding['subject'], text: string, state?: Finding['state']) => void;

/**
 * Checks an installation without changing it, except for the event that records the check. Skips the checks that a
 * failed one makes impossible.
 * @returns whether everything is in order
 */
export async function diagnose(caller: Caller, onFinding: (finding: Finding) => void): Promise<boolean> {
  let healthy = true;
  const report: Report = (subject, text, state = 'ok') => {
    healthy &&= state !== 'failed';
    onFinding({ subject, state, text });
  };
  const attempt: Attempt = async (subject, check) => {
    try {
      return await check();
    } catch (error) {
      report(subject, reasonOf(error), 'failed');
      return undefined;
    }
  };
  const configuration = await attempt('configuration', () => diagnoseConfiguration(report));
  if (configuration === undefined) return false;
  const location = await attempt('database', () => {
    requireCluster(configuration);
    return locateDatabase(configuration, () => undefined);
  });
  if (location === undefined) return false;
  try {
    const migrated = await attempt('database', () => diagnoseDatabase(configuration, location, report));
    await attempt('keys', () => diagnoseKeys(configuration, location, report));
    if (migrated === true) await diagnoseService(configuration, location, caller, { report, attempt });
  } finally {
    await location.stop();
  }
  return healthy;
}

function diagnoseConfiguration(report: Report): Configuration {
  const configuration = loadConfiguration();
  requireRootKeys(configuration);
  const warnings = configurationWarnings(configuration);
  for (const warning of warnings) report('configuration', warning, 'warning');
  if (warnings.length === 0) report('configuration', `complete, for ${configuration.nodeEnv}`);
  return configuration;
}

/** Throws when there is no embedded database yet, since opening it would create it. */
function requireCluster({ databaseUrl, dataDir }: Configuration): void {
  if (databaseUrl === undefined && !existsSync(join(dataDir, 'postgres')))
    throw new StartupError(`there is no embedded database in ${dataDir} yet; the first start creates it`);
}

async function diagnoseDatabase(
  configuration: Configuration,
  location: DatabaseLocation,
  report: Report,
): Promise<boolean> {
  const { appRole, readerRole } = configuration;
  const { ownerUrl, ownerVariable } = location;
  const pending = await pendingUpgrade({ ownerUrl, ownerVariable, appRole, readerRole });
  await withOwnerConnection(location, async (connection) => {
    const [row] = await connection.query<{ version: string; missing: string[] }[]>(
      `SELECT current_setting('server_version') AS version,
              ARRAY(SELECT r FROM unnest($1::text[]) r WHERE to_regrole(quote_ident(r)) IS NULL) AS missing`,
      [[appRole, readerRole]],
    );
    const { version = 'unknown', missing = [] } = row ?? {};
    report('database', `PostgreSQL ${version}, asked by the owner's login: ${askedBy(location)}`);
    if (missing.length > 0)
      report('roles', `missing: ${missing.join(', ')}; run \`strongroom migrate\``, 'failed');
    else report('roles', `${appRole} and ${readerRole} exist`);
  });
  const { length } = pending.migrations;
  const problem = length > 0 ? `migrations are pending (${length})` : pending.functions;
  if (problem === undefined) report('database', 'the schema is up to date');
  else report('database', `${problem}; run \`strongroom migrate\``, 'failed');
  return problem === undefined;
}

async function diagnoseKeys(
  configuration: Configuration,
  location: DatabaseLocation,
  report: Report,
): Promise<void> {
  cryptoSelfTest();
  await withOwnerConnection(location, async (connection) => {
    const registry = new RootKeyRegistry();
    if (!(await registry.isInitialised(connection))) {
      report('keys', 'the database knows no root key yet; the first start registers one', 'warning');
      return;
    }
    const { rootKeys } = loadRootKeys(configuration, true);
    await registry.check(connection, rootKeys);
    const count = await registry.unwrapTenantKeys(connection, rootKeys);
    report('keys', `the root keys match, and ${count} tenant keys open`);
  });
}

/** Checks what the service's own login meets, each part under its subject. */
async function diagnoseService(
  { appRole, readerRole, nodeEnv }: Configuration,
  { url, variable, serviceLogin }: DatabaseLocation,
  caller: Caller,
  { report, attempt }: { report: Report; attempt: Attempt },
): Promise<void> {
  const login = { appRole, single: serviceLogin === undefined };
  const opened = await attempt('database', async () => {
    const dataSource = await openServiceDataSource({ ...login, url, variable, poolSize: 2 });
    try {
      await assertSessions(dataSource, serviceSettings(login), variable);
      return dataSource;
    } catch (error) {
      await dataSource.destroy();
      throw error;
    }
  });
  if (opened === undefined) return;
  try {
    await attempt('row-level security', async () => {
      await assertServiceLogin(opened, readerRole);
      report('row-level security', "active, and the service's login cannot switch it off");
    });
    const durable = await assertDurable(opened).then(() => undefined, reasonOf);
    if (durable !== undefined) report('database', durable, nodeEnv === 'production' ? 'failed' : 'warning');
    await attempt('audit', async () => {
      await recordDoctor(opened, caller);
      report('audit', 'an event can be written');
    });
  } finally {
    await opened.destroy();
  }
}

/** Names the login that was asked, and the variable that gives it. */
function askedBy({ embedded, ownerUrl, ownerVariable }: DatabaseLocation): string {
  const login = `"${printable(parseDatabaseUrl(ownerUrl).user)}"`;
  return embedded ? `${login} of the embedded database` : `${login} of ${ownerVariable}`;
}

async function recordDoctor(dataSource: DataSource, caller: Caller): Promise<void> {
  const writer = new AuditWriter(new TenantTransaction(new Lanes(dataSource, SMALLEST_POOL)));
  await writer.record(SYSTEM_LOG, newEvent('doctor', caller));
}

function reasonOf(error: unknown): string {
  if (error instanceof StartupError) return error.message;
  const cause = explainedServerError(error instanceof DomainError ? error.cause : error);
  if (cause !== undefined) return cause;
  return `unexpected failure (${error instanceof Error ? error.name : typeof error})`;
}
