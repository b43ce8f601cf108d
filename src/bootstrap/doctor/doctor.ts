import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { certificateNotice, isValidAt } from '../../api/http/server/certificate-notice.js';
import { certificateFilesOf, readCertificate } from '../../api/http/server/served-certificate.js';
import { machineTime } from '../../common/clock.js';
import { commandName } from '../../common/command-name.js';
import { StartupError } from '../../common/startup-error.js';
import type { Caller } from '../../common/tenant-context.js';
import { loadConfiguration } from '../../config/load-configuration.js';
import { configurationWarnings } from '../../config/unsafe-combinations.js';
import type { Configuration } from '../../config/configuration.js';
import { cryptoSelfTest } from '../../crypto/self-test.js';
import { pendingUpgrade } from '../../database/migrate.js';
import { requireWritable } from '../../database/readiness/require-writable.js';
import { RootKeyRegistry } from '../../tenants/root-key-registry.js';
import { BootstrapAdministrator } from '../../users/bootstrap-administrator.js';
import { signingKeyOpens } from './audit-diagnosis.js';
import type { Attempt, Finding, Report } from './finding.js';
import { askedBy, diagnoseAccess, diagnoseSchema, serverVersion } from './schema-diagnosis.js';
import { diagnoseService } from './service-diagnosis.js';
import { diagnoseSinks } from './sink-diagnosis.js';
import { reasonOf } from './reason-of.js';
import { locateDatabase, loginWarning, type DatabaseLocation } from '../database-location.js';
import { requireFirstPassword } from '../first-start.js';
import { withOwnerConnection } from '../owner-connection.js';
import { BY_MIGRATE, migrationProblem, NO_USER } from '../require-migrated.js';
import { loadRootKeys, requireRootKeys } from '../root-key-source.js';

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
  await diagnoseSinks(configuration, report);
  const location = await attempt('database', () => {
    requireCluster(configuration);
    return locateDatabase(configuration, () => undefined);
  });
  if (location === undefined) return false;
  try {
    const schema = await attempt('database', () => diagnoseDatabase(configuration, location, report));
    const isInitialised = await attempt('keys', () => diagnoseKeys(configuration, location, report));
    if (isInitialised === false || schema === 'whole')
      await attempt('configuration', () =>
        requireFirstUser(configuration, location, isInitialised === false),
      );
    if (schema !== undefined && schema !== 'none')
      await diagnoseService(configuration, location, caller, { report, attempt, schema });
  } finally {
    await location.stop();
  }
  return healthy;
}

async function diagnoseConfiguration(report: Report): Promise<Configuration> {
  const configuration = loadConfiguration();
  requireRootKeys(configuration);
  await diagnoseCertificate(configuration, report);
  const warnings = configurationWarnings(configuration);
  for (const warning of warnings) report('configuration', warning, 'warning');
  if (warnings.length === 0) report('configuration', `complete, for ${configuration.nodeEnv}`);
  return configuration;
}

/** Reports on the certificate that the service serves, if any. */
async function diagnoseCertificate(configuration: Configuration, report: Report): Promise<void> {
  const files = certificateFilesOf(configuration);
  if (files === undefined) return;
  const certificate = await readCertificate(files);
  const now = machineTime();
  const notice = certificateNotice(certificate, now);
  const { description } = certificate;
  if (notice === undefined) report('configuration', `TLS is served with the certificate ${description}`);
  else
    report(
      'configuration',
      `TLS: the certificate (${description}) ${notice.text}`,
      isValidAt(certificate, now) ? 'warning' : 'failed',
    );
}

/** Throws what would stop the start that has to make the first user. */
async function requireFirstUser(
  configuration: Configuration,
  location: DatabaseLocation,
  isEmpty: boolean,
): Promise<void> {
  const administrator = new BootstrapAdministrator();
  if (!isEmpty && !(await withOwnerConnection(location, (owner) => administrator.isMissing(owner)))) return;
  if (!location.migrates) throw new StartupError(NO_USER);
  requireFirstPassword(configuration);
}

/** Throws when there is no embedded database yet, since opening it would create it. */
export function requireCluster({ databaseUrl, dataDir }: Configuration): void {
  if (databaseUrl === undefined && !existsSync(join(dataDir, 'postgres')))
    throw new StartupError(`there is no embedded database in ${dataDir} yet; the first start creates it`);
}

async function diagnoseDatabase(
  configuration: Configuration,
  location: DatabaseLocation,
  report: Report,
): Promise<'none' | 'damaged' | 'whole'> {
  const warning = loginWarning(location);
  if (warning !== undefined) report('configuration', warning, 'warning');
  if (!location.migrates) return diagnoseMigrated(configuration, location, report);
  const { appRole, readerRole } = configuration;
  const roles = { appRole, readerRole, serviceLogin: location.serviceLogin };
  const accessible = await withOwnerConnection(location, (owner) => diagnoseAccess(owner, roles, report));
  if (!accessible) return 'none';
  const { ownerUrl, ownerVariable } = location;
  const pending = await pendingUpgrade({ ownerUrl, ownerVariable, appRole, readerRole });
  const server = await withOwnerConnection(location, serverVersion);
  report('database', `PostgreSQL ${server}, asked by the owner's login: ${askedBy(location)}`);
  const { length } = pending.migrations;
  const problem = length > 0 ? `migrations are pending (${length})` : pending.functions;
  if (problem === undefined) report('database', 'the schema is up to date');
  else report('database', `${problem}; run \`${commandName()} migrate\``, 'failed');
  if (length > 0) return 'none';
  const whole = await withOwnerConnection(location, (owner) => diagnoseSchema(owner, roles, report));
  return whole && problem === undefined ? 'whole' : 'damaged';
}

/** Checks what a login sees that may not migrate. Owners, rights, policies and indexes are checked with the owner's. */
async function diagnoseMigrated(
  { appRole, readerRole }: Configuration,
  location: DatabaseLocation,
  report: Report,
): Promise<'damaged' | 'whole'> {
  const server = await withOwnerConnection(location, async (connection) => {
    await requireWritable(connection);
    return serverVersion(connection);
  });
  report(
    'database',
    `PostgreSQL ${server}, asked by the service's login, which owns nothing: ${askedBy(location)}`,
  );
  const problem = await migrationProblem({ ...location, appRole, readerRole });
  if (problem === undefined)
    report(
      'database',
      'the schema is up to date; what else the owner can see was not checked: give DATABASE_OWNER_URL',
    );
  else report('database', `${problem}; ${BY_MIGRATE}`, 'failed');
  return problem === undefined ? 'whole' : 'damaged';
}

/** Returns whether the database has been given a root key, as the first start does. */
async function diagnoseKeys(
  configuration: Configuration,
  location: DatabaseLocation,
  report: Report,
): Promise<boolean> {
  cryptoSelfTest();
  return withOwnerConnection(location, async (connection) => {
    const registry = new RootKeyRegistry();
    if (!(await registry.isInitialised(connection))) {
      report('keys', 'the database knows no root key yet; the first start registers one', 'warning');
      return false;
    }
    const { rootKeys } = loadRootKeys(configuration, true);
    await registry.check(connection, rootKeys);
    const count = await registry.unwrapTenantKeys(connection, rootKeys);
    const signs = (await signingKeyOpens(connection, rootKeys))
      ? ', and that which signs the audit trail'
      : '';
    report('keys', `the root keys match, and ${count} tenant keys open${signs}`);
    return true;
  });
}
